"""Portals to measure: the tests' own site, with more environments."""
import json
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "process"))

from harness import Site  # noqa: E402  (needs the path above, and PILOTHOUSE_PROGRAM)

PROVIDERS = ("azure", "aws", "gcp", "ibm", "oci", "on-premises")
# The tests' site counts crash points in a file; a portal that is measured does not.
QUIET = {"PILOTHOUSE_CRASH_TRACE": "", "PILOTHOUSE_LOG_LEVEL": "warning"}

def no_ports():
    """Settings with which no replica finds a port: the only one that it may have is taken, by us."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    _taken.append(taken)
    port = str(taken.getsockname()[1])
    return {"PILOTHOUSE_PORT_FIRST": port, "PILOTHOUSE_PORT_LAST": port}


_taken = []


def environment(number, components=1, command=("/bin/true",)):
    """One declared environment of target host. Its addresses are its own, and nobody listens there yet."""
    parts = "".join(f"""
      - name: part-{part}
        service: http
        enabled: true
        workload: {{command: {json.dumps(list(command))}, replicas: 2, stop_timeout: 10s}}
        traffic: {{listen: "127.{1 + number // 250}.{number % 250}.{part + 1}:8080", health: /healthz}}""" for part in range(components))
    return f"""
  - name: place-{number:04}
    provider: {PROVIDERS[number % len(PROVIDERS)]}
    type: {"hci" if number % len(PROVIDERS) == 5 else "cloud"}
    region: region-{number % 7}
    enabled: true
    target: {{host: {{haproxy: managed}}}}
    components:{parts}"""


def environments(count, components=1):
    return "".join(environment(number, components) for number in range(count)) + "\n"


def site(**options):
    """A site whose portal has not started yet, for `with`; nothing of it is left afterwards."""
    return Site(**options)


def start(made, **variables):
    made.start(environment={**QUIET, **variables})
    assert made.portal.poll() is None, "the portal has ended: " + made.portal_log()


def pin(core):
    """What to put before a command so that it stays on one core."""
    return ["taskset", "-c", str(core)] if len(os.sched_getaffinity(0)) > 1 else []
