"""kill -9 of the portal at every crash point of a strategy, against a real API server under constant traffic.

usage: kill_matrix.py STRATEGY SPLIT [SITES], such as: canary virtual_service

As tests/process/kill_matrix.py, with namespaces for sites: the same story but for repeated effects, the right weights and numbers of
pods, no request lost.
"""
import contextlib
import json
import pathlib
import sys
import uuid

import cluster
from portal import FINAL, Portal, objects

here = pathlib.Path(__file__).resolve().parent
sys.path.append(str(here.parent / "process"))
from points import run_matrix, steps  # noqa: E402  pylint: disable=wrong-import-position

INGRESS = {"virtual_service": ("istio", None), "http_route": ("envoy-gateway", "envoy-gateway-system")}
QUICK = {"weights_percent": [50, 100], "bake": "300ms", "settle": "100ms", "watch": "300ms"}


class Victim:
    """A namespace with a portal that is killed again and again, while its traffic goes on."""

    def __init__(self, strategy, split):
        self.strategy, self.split, self.version = strategy, split, "1.0.0"
        self.stack = contextlib.ExitStack()
        on = cluster.shared()
        self.namespace = self.stack.enter_context(on.namespace("kill"))
        host = f"{self.namespace}.test"
        ingress, gateway = INGRESS.get(split, (None, None))
        on.apply(objects(host, split, gateway), self.namespace)
        self.portal = self.stack.enter_context(Portal(on, self.namespace, split, replicas=2, strategy={**QUICK, "default": strategy},
                                                      judge={"enabled": False}))
        self.folder = self.portal.folder
        self.portal.wait_possible(self.version)
        self.portal.bring(self.version)
        address = on.ingress(ingress) if ingress else on.service_address("web", self.namespace)
        on.wait_answer(address, host)
        self.load = on.load(address, host, rate=20, limit=7200)
        self.stack.callback(self.load.stop)

    def deploy_with_crash(self, at):
        self.portal.terminate()
        (self.folder / "crash-points.txt").unlink(missing_ok=True)
        self.portal.start(crash_at=at)
        return self.deploy()

    def deploy(self):
        self.version = "1.1.0" if self.version != "1.1.0" else "1.3.0"
        body, key, deployment, deaths = {"version": self.version, "strategy": self.strategy}, str(uuid.uuid4()), None, 0
        while True:
            if self.portal.process.poll() is not None:
                deaths += 1
                self.portal.start()
            if deployment is None:
                status, text = self.portal.ask("POST", "/api/environments/cluster/deploy", body, key)
                if status == 202:
                    deployment = json.loads(text)["id"]
                continue
            status, text = self.portal.ask("GET", f"/api/deployments/{deployment}")
            if status == 200 and json.loads(text)["status"] in FINAL and self.portal.process.poll() is None:
                items = self.portal.api("GET", f"/api/deployments/{deployment}/logs?limit=1000")["items"]
                return deaths, json.loads(text), [entry["text"] for entry in items]

    def check(self, at, end, story, expected):
        assert end["phase"] == "completed", f"point {at}: {end['phase']}: {end['reason']}"
        assert steps(story) == expected, f"point {at}: the story differs: {steps(story)}"
        seen = {}

        def settled():
            seen.update(self.portal.api("GET", "/api/environments/cluster/status")["components"][0])
            pods = {name: (self.portal.cluster.get("deployment", name, self.namespace)) for name in ("web-blue", "web-green")}
            serving = [name for name, each in pods.items() if each["spec"]["replicas"] == 2
                       and each["spec"]["template"]["spec"]["containers"][0]["image"].endswith(self.version)]
            return (len(serving) == 1 and sum(each["spec"]["replicas"] for each in pods.values()) == 2 and not seen["drift"]
                    and {share["version"]: share["percent"] for share in seen["route"]["shares"] if share["percent"]} == {self.version: 100})
        cluster.wait(settled, lambda: f"point {at}: the pods and shares are as wanted: {seen}")

    def stop_traffic(self):
        self.load.stop()
        bad = [request for request in self.load.requests if "lost" in request or request["status"] >= 500]
        for request in bad[:5]:
            print(f"lost: {request}", flush=True)
        return self.load.sent, self.load.sent - len(self.load.requests) + len(bad)

    def close(self):
        self.stack.close()


if __name__ == "__main__":
    by, split_by, count = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 4
    name = f"{by} {split_by}"
    run_matrix(name, lambda: Victim(by, split_by), count, json.loads((here / "kill_points.json").read_text())[name])
