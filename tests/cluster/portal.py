"""A portal beside the cluster, in its network, and a component that it brings versions to."""
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import tempfile

import cluster
import workload

PROGRAM = os.environ["PILOTHOUSE_PROGRAM"]
PASSWORD = "a long enough password"
FINAL = ("completed", "failed")
COLORS = ("blue", "green")


def objects(host, kind, gateway=None):
    """What a user has before the first deployment: two Deployments without pods, their Services, and what shares the requests out."""
    made = []
    for color in COLORS:
        deployment = workload.deployment(f"web-{color}", "demo-service:1.0.0", replicas=0)
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        labels["component"] = "web"
        labels["pilothouse.dev/color"] = color
        made += [deployment, workload.service(f"web-{color}", f"web-{color}")]
    all_pods = workload.service("web", "web")
    all_pods["spec"]["selector"] = {"component": "web"}
    if kind == "selector":
        all_pods["spec"]["selector"]["pilothouse.dev/color"] = "green"
    made.append(all_pods)
    weights = {"web-blue": 0, "web-green": 100}
    if kind == "virtual_service":
        made.append(workload.virtual_service("web", host, weights))
    if kind == "http_route":
        made.append(workload.http_route("web", host, gateway, weights, apart=True))
    return made


class Portal:
    """`kind` is how requests are shared out: virtual_service, http_route, selector or ratio. `account`: a ServiceAccount of the
    namespace, as which the portal speaks to the cluster; otherwise it is the administrator. With `uploaded` it waits for a kubeconfig.
    `metrics`: selectors of the pods' own counters, in place of Envoy's."""

    def __init__(self, on, namespace, kind, replicas=3, strategy=None, judge=None, account=None, uploaded=False, metrics=None):
        self.cluster, self.namespace = on, namespace
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ph-cluster-portal-"))
        self.port = 20000 + secrets.randbelow(10000)
        self.token = self.process = self.uploaded = None
        traffic = {"service": "web", **({kind: "web"} if kind in ("virtual_service", "http_route") else {})}
        if metrics is not None:
            traffic["metrics"] = metrics
        component = {"name": "web",
                     "workload": {"deployment": "web", "container": "web", "image": "pilothouse.test/demo-service:{version}", "replicas": replicas},
                     "traffic": traffic,
                     "strategy": {"weights_percent": [25, 50, 100], "bake": "1s", "settle": "1s", "watch": "2s", **(strategy or {})},
                     "judge": {"min_requests": 5, "margin_percent": 3, "max_wait": "60s", "on_no_data": "promote", **(judge or {})}}
        if uploaded:
            access = {"uploaded": namespace}
        else:
            access = {"kubeconfig": os.environ.get("KUBECONFIG") or str(pathlib.Path(on.folder) / "kubeconfig" / "admin"), "namespace": namespace}
        if account:
            access["kubeconfig"] = str(self.folder / "kubeconfig")
            (self.folder / "kubeconfig").write_text(json.dumps(self.kubeconfig_of(account)))
        target = {**access, "prometheus": on.prometheus()}
        environment = {"name": "cluster", "provider": "on-premises", "type": "cloud", "region": "test",
                       "target": {"kubernetes": target}, "components": [component]}
        (self.folder / "environments.yaml").write_text(json.dumps({"environments": [environment]}))

    def kubeconfig_of(self, account):
        config = json.loads(self.cluster.kubectl("config", "view", "--raw", "--minify", "--flatten", "-o", "json"))
        token = self.cluster.kubectl("create", "token", account, "-n", self.namespace, "--duration=2h").strip()
        config["users"][0]["user"] = {"token": token}
        config["contexts"][0]["context"]["namespace"] = self.namespace
        return config

    def command(self, *words):
        """What the command line prints."""
        return self.cluster.run("env", f"PILOTHOUSE_SERVER=http://127.0.0.1:{self.port}", f"PILOTHOUSE_TOKEN={self.token}", PROGRAM, *words)

    def start(self, crash_at=None):
        variables = {"PILOTHOUSE_LISTEN": f"127.0.0.1:{self.port}", "PILOTHOUSE_DATA_FOLDER": str(self.folder / "data"),
                     "PILOTHOUSE_RUNTIME_FOLDER": str(self.folder / "run"),
                     "PILOTHOUSE_ENVIRONMENTS_FILE": str(self.folder / "environments.yaml")}
        if crash_at:
            variables["PILOTHOUSE_CRASH_AT"] = str(crash_at)
            variables["PILOTHOUSE_CRASH_TRACE"] = str(self.folder / "crash-points.txt")
        log = open(self.folder / "portal.log", "ab")
        others = [word for name in os.environ if name.startswith("PILOTHOUSE_") for word in ("-u", name)]
        command = self.cluster.command("env", *others, *(f"{name}={value}" for name, value in variables.items()), PROGRAM, "serve")
        self.process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT)
        log.close()
        cluster.wait(lambda: self.process.poll() is not None or self.ask("GET", "/readyz")[0] == 200, self.log)
        assert crash_at or self.process.poll() is None, self.log()
        if not self.token:
            words = cluster.wait(lambda: "set-up token" in self.log() and self.log().split(), "the set-up token is printed")
            token = next(word for word in words if word.count("-") >= 3)
            self.token = self.api("POST", "/api/admin/setup", {"token": token.strip("\".,"), "username": "alice", "password": PASSWORD})["token"]
        return self

    def log(self):
        return (self.folder / "portal.log").read_text(errors="replace")[-4000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        self.process.terminate()
        self.process.wait(timeout=cluster.GENEROUS)

    def ask(self, method, path, body=None, idempotency_key=None):
        """Status and answer; 0 when nobody answers."""
        command = ["curl", "-s", "-m", "20", "-w", "\n%{http_code}", "-X", method, f"http://127.0.0.1:{self.port}{path}"]
        if self.token:
            command += ["-H", f"Authorization: Bearer {self.token}"]
        if idempotency_key:
            command += ["-H", f"Idempotency-Key: {idempotency_key}"]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        done = subprocess.run([str(part) for part in self.cluster.command(*command)], capture_output=True, text=True, check=False)
        text, _, status = done.stdout.rpartition("\n")
        return int(status or 0), text

    def api(self, method, path, body=None):
        status, text = self.ask(method, path, body)
        assert 200 <= status < 300, f"{method} {path}: {status} {text}\n{self.log()}"
        return json.loads(text)

    def upload(self, account):
        """A kubeconfig of this account, in place of the one before."""
        self.uploaded = self.kubeconfig_of(account)
        self.api("PUT", f"/api/admin/kubeconfigs/{self.namespace}", {"kubeconfig": json.dumps(self.uploaded)})

    def is_refused(self):
        """Does the API server no longer know who has the token that was uploaded?"""
        server, token = self.uploaded["clusters"][0]["cluster"]["server"], self.uploaded["users"][0]["user"]["token"]
        return self.cluster.run("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {token}", server + "/api") == "401"

    def wait_possible(self, version):
        """Until nothing stands in the way of this version: the cluster has been read, and its gateways have taken the route."""
        last = []

        def possible():
            last[:] = self.ask("POST", "/api/environments/cluster/plan", {"version": version})
            return last[0] == 200 and not json.loads(last[1])["blockers"]
        cluster.wait(possible, lambda: f"{version} can be brought; it is {last}")

    def deploy(self, version, **more):
        return self.api("POST", "/api/environments/cluster/deploy", {"version": version, **more})["id"]

    def deployment(self, deployment):
        return self.api("GET", f"/api/deployments/{deployment}")

    def wait_end(self, deployment):
        seen = {}

        def ended():
            seen.update(self.deployment(deployment))
            return seen["status"] in FINAL and dict(seen)
        return cluster.wait(ended, lambda: f"an end of {seen.get('version')}: {seen.get('phase')}: {seen.get('reason')}\n{self.log()}", pause=0.3)

    def wait_weight(self, deployment, percent):
        seen = {}

        def reached():
            seen.update(self.deployment(deployment))
            return seen["components"][0]["weight_percent"] >= percent
        cluster.wait(reached, lambda: f"{percent} %: {seen.get('phase')}: {seen.get('reason')}", pause=0.05)

    def wait_gate(self, deployment, percent):
        seen = {}

        def stands():
            seen.update(self.deployment(deployment))
            return seen["phase"] == "waiting_for_approval" and seen["components"][0]["weight_percent"] == percent
        cluster.wait(stands, lambda: f"the gate at {percent} %: {seen.get('status')}: {seen.get('phase')}: {seen.get('reason')}")

    def bring(self, version, **more):
        ended = self.wait_end(self.deploy(version, **more))
        assert ended["phase"] == "completed", f"{version}: {ended['phase']}: {ended['reason']}\n{self.log()}"
        return ended

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.terminate()
        shutil.rmtree(self.folder, ignore_errors=True)
