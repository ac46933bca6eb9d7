"""Real processes for tests: a portal, its HAProxy and replicas in a folder of their own, traffic with a ledger.

Nothing here waits by the clock: it waits for conditions, with a generous limit.
"""
import collections
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PROGRAM = os.environ["PILOTHOUSE_PROGRAM"]
GENEROUS = float(os.environ.get("PILOTHOUSE_TEST_LIMIT", "120"))
PASSWORD = "a long enough password"
FINAL = {"completed", "failed"}

_ports = set()
_ports_lock = threading.Lock()


def free_port():
    """A port of 127.0.0.1 that nobody listens on, and that no other test of this run was given."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with _ports_lock:
            if port not in _ports:
                _ports.add(port)
                return port


def own_ports():
    """A range of 100 ports below the ephemeral ones that no other site of this machine has; held until the file is closed."""
    os.makedirs("/tmp/pilothouse-ports", exist_ok=True)
    for slot in range(120):
        file = open(f"/tmp/pilothouse-ports/{slot}", "w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file, 20000 + slot * 100
        except OSError:
            file.close()
    raise AssertionError("too many sites at once")


def until(condition, what, limit=GENEROUS, pause=0.02):
    """The first true value of condition(); fails loudly when there is none within the limit."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit:.0f} s: {what() if callable(what) else what}")
        time.sleep(pause)


class Refused(Exception):
    """An answer that is not 2xx: a problem document."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('detail', problem)}")
        self.status = status
        self.problem = problem


def processes_below(folder):
    """pid -> command line, of everything whose command line or working folder lies below the folder."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if str(folder) in line or os.readlink(entry / "cwd").startswith(str(folder)):
                found[int(entry.name)] = line
    return found


class Site:
    """A folder with an environment `demo` of one component `web`, versions to deploy, and a portal on it."""

    def __init__(self, replicas=2, strategy=None, judge=None, errors_percent=None, service=None, versions=("1.0.0", "1.1.0", "1.2.0", "1.3.0"),
                 health="/healthz", start_delay="0s", extra="", settings=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ph-test-"))
        self.listen = f"127.0.0.1:{free_port()}"
        self.address = f"127.0.0.1:{free_port()}"
        self.ports, first = own_ports()
        self.settings = {"PILOTHOUSE_PORT_FIRST": str(first), "PILOTHOUSE_PORT_LAST": str(first + 99), **(settings or {})}
        self.token = None
        self.portal = None
        self.traffic = None
        self.lives = 0
        errors_percent = errors_percent if errors_percent is not None else {"1.2.0": 8}
        for version in versions:
            program = self.folder / "opt" / version / "svc"
            program.parent.mkdir(parents=True)
            share = errors_percent.get(version, 0)
            program.write_text(f"#!/bin/sh\nexec {PROGRAM} demo-service --version {version} --error-percent {share} "
                               f"--start-delay {start_delay} --counts-folder {self.folder}/counts \"$@\"\n")
            program.chmod(0o755)
        (self.folder / "counts").mkdir()
        command = service or ["opt/{version}/svc", "--port", "{port}"]
        strategy = {"weights_percent": [25, 50, 100], "bake": "500ms", "settle": "500ms", "watch": "500ms", **(strategy or {})}
        judge = {"min_requests": 5, "margin_percent": 3, "max_wait": "30s", "on_no_data": "promote", **(judge or {})}
        (self.folder / "environments.yaml").write_text(f"""# the test's own environment
environments:
  - name: demo
    provider: on-premises
    type: hci
    region: local
    enabled: true
    target: {{host: {{haproxy: managed}}}}
    components:
      - name: web
        service: http
        enabled: true
        workload: {{command: {json.dumps(command)}, artifact: "opt/{{version}}/svc", replicas: {replicas}, stop_timeout: 10s}}
        traffic: {{listen: "{self.listen}", health: {health}}}
        strategy: {json.dumps(strategy)}
        judge: {json.dumps(judge)}
{extra}""")

    # -- The portal.

    def start(self, crash_at=None, environment=None, on_small_disk=None):
        """Starts a portal and waits until it is ready (or, with crash_at, has died). `on_small_disk` is the size of a file system of
        its own for its data, in a mount namespace that it shares with what it starts: `inside` gets there."""
        self.lives += 1
        log = open(self.folder / f"portal-{self.lives}.log", "wb")
        variables = {**os.environ, "PILOTHOUSE_LISTEN": self.address, "PILOTHOUSE_DATA_FOLDER": str(self.folder / "data"),
                     "PILOTHOUSE_RUNTIME_FOLDER": str(self.folder / "run"), "PILOTHOUSE_ENVIRONMENTS_FILE": str(self.folder / "environments.yaml"),
                     "PILOTHOUSE_CRASH_TRACE": str(self.folder / "crash-points.txt"), **self.settings, **(environment or {})}
        if crash_at:
            variables["PILOTHOUSE_CRASH_AT"] = str(crash_at)
        command = [PROGRAM, "serve"]
        if on_small_disk:
            (self.folder / "data").mkdir(exist_ok=True)
            script = 'mount -t tmpfs -o size="$1" tmpfs "$2"; shift 2; exec "$@"'
            command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-ec", script, "sh", on_small_disk,
                       str(self.folder / "data"), *command]
        self.portal = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=variables, cwd=self.folder)
        log.close()
        until(lambda: self.portal.poll() is not None or self.is_up(), lambda: "the portal is ready: " + self.portal_log())
        if self.portal.poll() is None and not self.token:
            self.set_up()
        return self

    def inside(self, name):
        """A file in the data folder as the portal sees it."""
        return pathlib.Path(f"/proc/{self.portal.pid}/root{self.folder}/data/{name}")

    def is_up(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.raw("GET", "/readyz")[0] == 200
        return False

    def portal_log(self):
        return (self.folder / f"portal-{self.lives}.log").read_text(errors="replace")[-3000:]

    def set_up(self):
        log = until(lambda: "set-up token" in self.portal_log() and self.portal_log(), "the set-up token is printed")
        token = next(word for line in log.splitlines() if "set-up token" in line for word in line.split() if word.count("-") >= 3)
        self.token = self.api("POST", "/api/admin/setup", {"token": token.strip("\".,"), "username": "alice", "password": PASSWORD})["token"]

    def kill(self):
        self.portal.send_signal(signal.SIGKILL)
        self.portal.wait()

    def terminate(self):
        self.portal.terminate()
        return self.portal.wait(timeout=GENEROUS)

    # -- Its interface.

    def raw(self, method, path, body=None, headers=None):
        host, port = self.address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        fields = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, None if body is None else json.dumps(body), {**fields, **(headers or {})})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, data, dict(answer.getheaders())

    def api(self, method, path, body=None, headers=None):
        status, data, _ = self.raw(method, path, body, headers)
        content = json.loads(data) if data else None
        if status >= 300:
            raise Refused(status, content or {})
        return content

    def deploy(self, version, strategy=None, **options):
        body = {"version": version, **({"strategy": strategy} if strategy else {}), **({"options": options} if options else {})}
        return self.api("POST", "/api/environments/demo/deploy", body)["id"]

    def deployment(self, id):
        return self.api("GET", f"/api/deployments/{id}")

    def act(self, id, action, body=None):
        return self.api("POST", f"/api/deployments/{id}/{action}", body if body is not None else {})

    def story(self, id):
        """The log's texts, oldest first."""
        return [entry["text"] for entry in self.api("GET", f"/api/deployments/{id}/logs?limit=1000")["items"]]

    def wait_end(self, id, limit=GENEROUS):
        seen = {}

        def ended():
            with contextlib.suppress(OSError, http.client.HTTPException):
                seen.update(self.deployment(id))
                return seen["status"] in FINAL and seen
        return until(ended, lambda: f"{id} ends; it is {seen.get('phase')}: {seen.get('reason')}", limit)

    def wait_for(self, id, predicate, what, limit=GENEROUS):
        seen = {}

        def check():
            seen.update(self.deployment(id))
            if predicate(seen):
                return seen
            assert seen["status"] not in FINAL, f"ended before {what}: {seen['phase']}: {seen['reason']}"
        return until(check, lambda: f"{what}; it is {seen.get('phase')}: {seen.get('reason')}", limit)

    def wait_weight(self, id, percent):
        return self.wait_for(id, lambda d: d["components"][0]["weight_percent"] >= percent and d["components"][0]["step"] > 0, f"{percent} % of the traffic")

    def component(self):
        return self.api("GET", "/api/environments/demo/status")["components"][0]

    # -- Traffic.

    def start_traffic(self, rate=100, mix="default"):
        self.ledger = self.folder / "ledger.txt"
        command = [PROGRAM, "demo-traffic", "--to", self.listen, "--rate", str(rate), "--mix", mix, "--ledger", str(self.ledger), "--output", "json"]
        with open(self.folder / "traffic.log", "wb") as log:
            self.traffic = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=self.folder)
        until(lambda: self.ledger.exists() and self.ledger.stat().st_size > 2000, "traffic flows")

    def stop_traffic(self):
        """The summary: {sent, ok, errors, lost, by_version, ...}."""
        self.traffic.terminate()
        output, _ = self.traffic.communicate(timeout=GENEROUS)
        self.traffic = None
        lines = output.decode().strip()
        return json.loads(lines[lines.index("{"):])

    def replica_counts(self):
        """What the replicas of our own service say they answered, by version."""
        sums = collections.Counter()
        for file in (self.folder / "counts").glob("counts-*.json"):
            counts = json.loads(file.read_text())
            sums[counts["version"]] += counts["answered_2xx"] + counts["answered_4xx"] + counts["answered_5xx"]
        return sums

    # -- What runs.

    def running(self):
        """Folder name of each supervised process -> pids of the commands in it."""
        found = collections.defaultdict(list)
        for state in (self.folder / "data").rglob("state.json"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                pid = json.loads(state.read_text())["pid"]
                if pid and os.path.exists(f"/proc/{pid}"):
                    found[state.parent.name].append(pid)
        return found

    def close(self):
        for process in (self.traffic, self.portal):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        end = time.monotonic() + 20
        while (left := processes_below(self.folder)) and time.monotonic() < end:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        self.ports.close()
        if not os.environ.get("PILOTHOUSE_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if failure[0]:
            print(self.portal_log() if self.lives else "")
            print("\n".join(f"{pid} {line}" for pid, line in processes_below(self.folder).items()))
        self.close()


class Postgresql:
    """A PostgreSQL server of Debian's package in a folder of its own, reached by a Unix socket only. It refuses to run as root."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ph-pg-"))
        programs = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name)) / "bin"
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        data = self.folder / "data"
        subprocess.run([programs / "initdb", "-D", data, "-A", "trust", "-U", "portal", "--no-sync"], check=True, stdout=subprocess.DEVNULL,
                       user=self.user, cwd=self.folder)
        self.server = subprocess.Popen([programs / "postgres", "-D", data, "-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.user, cwd=self.folder)
        asks = [programs / "pg_isready", "--quiet", "--host", self.folder]  # it listens before it lets anybody in
        until(lambda: subprocess.run(asks, check=False).returncode == 0, "PostgreSQL is ready")
        self.connection = f"host={self.folder} user=portal dbname=postgres"

    def close(self):
        self.server.send_signal(signal.SIGINT)  # a fast shutdown
        self.server.wait(timeout=GENEROUS)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_key():
    return secrets.token_hex(8)
