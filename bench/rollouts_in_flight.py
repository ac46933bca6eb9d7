"""Memory and processor time of 1,000 rollouts under way in one portal."""
import json
import os
import subprocess
import time

import sites
from harness import until
from measure import Stopwatch, cpu_seconds, mib, resident_kib
from report import table

COUNT = 1000


def metric(portal, name):
    text = portal.raw("GET", "/metrics")[1].decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))


def used(portal, seconds):
    """(share of a core in percent, looks a second, microseconds a look)."""
    cpu, looks = cpu_seconds(portal.portal.pid), metric(portal, "pilothouse_looks_total")
    watch = Stopwatch()
    time.sleep(seconds)
    cpu, looks = cpu_seconds(portal.portal.pid) - cpu, metric(portal, "pilothouse_looks_total") - looks
    return cpu / watch.seconds() * 100, looks / watch.seconds(), cpu / max(looks, 1) * 1e6


def all_looked_at(portal):
    return metric(portal, "pilothouse_looks_total") >= 2 * COUNT


def baking_kib():
    """Heap of the engine for each rollout that bakes, with its counts, on the simulation's HAProxies."""
    program = os.path.join(os.environ["BENCH_BUILD"], "bench", "memory_in_flight")
    said = json.loads(subprocess.run([program, str(COUNT)], stdout=subprocess.PIPE, check=True).stdout)
    return (said["in_flight_bytes"] - said["steady_bytes"]) / COUNT / 1024, said["steady_bytes"] / COUNT / 1024


def run(report, folder, quick):
    seconds = 5 if quick else 20
    no_ports = sites.no_ports()
    with sites.site(extra=sites.environments(COUNT)) as portal:
        sites.start(portal, **no_ports)
        time.sleep(seconds / 4)
        before, _ = resident_kib(portal.portal.pid)
        idle = used(portal, seconds)
        watch = Stopwatch()
        for number in range(COUNT):
            portal.api("POST", f"/api/environments/place-{number:04}/deploy", {"version": "1.0.0"})
        asked = watch.seconds()
        until(lambda: all_looked_at(portal), "every component has been looked at")
        assert metric(portal, "pilothouse_open_rollouts") == COUNT
        busy = used(portal, seconds)
        after, _ = resident_kib(portal.portal.pid)
        portal.kill()
        watch = Stopwatch()
        sites.start(portal, **no_ports)
        ready = watch.seconds()
        until(lambda: all_looked_at(portal), "every component is looked at again")
        going_on = watch.seconds()
        assert metric(portal, "pilothouse_open_rollouts") == COUNT
        again, _ = resident_kib(portal.portal.pid)
    each = (after - before) / COUNT
    baking, steady = baking_kib()
    report.goal("memory of each of 1,000 rollouts in flight", "-", f"{baking:.1f} KiB while it bakes", True)
    report.chapter("1,000 rollouts in flight", f"""
{COUNT} environments of target host with one component each, {COUNT} deployments asked for one after the other ({asked:.1f} s) and under way at once. A thousand
HAProxies and their replicas would measure those, so no replica finds a free port here: each rollout stays in its step "prepare", is looked at twice
a second, and its effect (start a replica) is tried and refused each time. That exercises engine, store and file system, not HAProxy. Then the portal
was killed and started again. There is no peer.

{table(("", "RSS", "of a core", "looks/s", "CPU us a look"), [
    ("before", mib(before), f"{idle[0]:.1f} %", f"{idle[1]:.0f}", ""),
    (f"{COUNT} in flight", mib(after), f"{busy[0]:.1f} %", f"{busy[1]:.0f}", f"{busy[2]:.0f}"),
    ("each", f"{each:.1f} KiB", f"{(busy[0] - idle[0]) / COUNT:.3f} %", f"{(busy[1] - idle[1]) / COUNT:.2f}", "")])}

What a rollout takes while it bakes at 10 %, with plan, counts and HAProxy's state: the real engine, host, HAProxy driver and SQLite store on the
simulation's processes and HAProxies (`bench/memory_in_flight.cpp`), heap that goes when the portal goes: {steady:.1f} KiB a component that only runs,
**{baking:.1f} KiB more for its rollout**.

After `kill -9`: ready again after {ready * 1000:.0f} ms, all {COUNT} looked at twice after {going_on:.1f} s, RSS {mib(again)}.
""")
