"""The same service behind the same ingress, with each of three programs that brings versions to it.

Four pods of demo-service behind a VirtualService, and no retries. Each program is set up as its documentation says and with the same
weights; what it cannot do is said in the results.
"""
import contextlib
import functools
import json
import pathlib
import time

import cluster
import portal
import program
import workload
from measure import spread
from report import table

REPLICAS = 4
RATE = 100
TRIED = ("1.0.0", "1.1.0")


def image(version):
    return f"demo-service:{version}"


class Site:
    """For `with`. A subclass tells how: prepare, bring, done, weight, abort; `agent` is its name in the audit log."""
    name = agent = None

    def __init__(self, on, weights, pause_seconds):
        self.cluster, self.weights, self.pause_seconds = on, weights, pause_seconds
        self.version = "1.0.0"
        self.address = on.ingress("istio")
        self.namespace = self.host = None
        self.ends = contextlib.ExitStack()

    def __enter__(self):
        self.namespace = self.ends.enter_context(self.cluster.namespace(self.agent))
        self.host = f"{self.namespace}.test"
        with contextlib.ExitStack() as ends:
            ends.push(self.__exit__)
            self.prepare()
            self.cluster.wait_answer(self.address, self.host)
            ends.pop_all()
        return self

    def __exit__(self, *why):
        self.ends.close()

    def load(self):
        return self.cluster.load(self.address, self.host, RATE)

    def other_version(self):
        return TRIED[1 - TRIED.index(self.version)]

    def objects(self, kind, *names):
        return json.loads(self.cluster.kubectl("get", kind, *names, "--namespace", self.namespace, "--output", "json"))

    def set_image(self, kind, version):
        patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": f"pilothouse.test/{image(version)}"}]
        self.cluster.kubectl("patch", kind, "web", "--namespace", self.namespace, "--type=json", "--patch", json.dumps(patch))

    def wait_weight(self, percent):
        cluster.wait(lambda: self.weight() >= percent, lambda: f"{percent} %; it is {self.weight()} %", pause=0.05)

    def wait_only(self, version):
        """Until there are as many pods as there should be, all of this version."""
        wanted = [f"pilothouse.test/{image(version)}"] * REPLICAS

        def images():
            return [pod["spec"]["containers"][0]["image"] for pod in self.objects("pods")["items"]]
        cluster.wait(lambda: images() == wanted, lambda: f"{REPLICAS} pods of {version}; there are {images()}", pause=0.3)

    def wait_done(self, version):
        cluster.wait(lambda: self.done(version), lambda: f"{self.name} has brought {version}; {self.state()}", limit=300, pause=0.2)

    def weight(self):
        """Percent that the route sends to the new version."""
        return self.objects("virtualservice", "web")["spec"]["http"][0]["route"][1].get("weight", 0)


class Pilothouse(Site):
    name, agent = "Pilothouse", "pilothouse"

    def prepare(self):
        strategy = {"default": "canary", "weights_percent": [*self.weights, 100], "bake": f"{self.pause_seconds}s"}
        self.cluster.apply(portal.objects(self.host, "virtual_service"), self.namespace)
        self.portal = portal.Portal(self.cluster, self.namespace, "virtual_service", REPLICAS, strategy, {"enabled": False})
        self.ends.enter_context(self.portal)
        self.deployment = None
        self.portal.wait_possible(self.version)
        self.portal.bring(self.version, options={"strategy": {"bake": "1s"}})

    @property
    def pid(self):
        return self.portal.process.pid

    def bring(self, version):
        self.deployment = self.portal.deploy(version)

    def state(self):
        return self.portal.deployment(self.deployment)

    def done(self, version):
        state = self.state()
        assert state["status"] != "failed", state
        return state["status"] == "completed"

    def weight(self):
        return self.state()["components"][0]["weight_percent"]

    def abort(self):
        self.portal.api("POST", f"/api/deployments/{self.deployment}/abort", {})

    def wait_aborted(self):
        self.portal.wait_end(self.deployment)
        self.wait_only(self.version)

    def clear_abort(self):
        """It has ended with the abort."""

    def kill(self):
        self.portal.kill()

    def start(self):
        self.portal.start()


@functools.cache
def administrator(on):
    """The API server and the token for it."""
    config = json.loads(on.kubectl("config", "view", "--raw", "--output", "json"))
    return config["clusters"][0]["cluster"], config["users"][0]["user"]["token"]


def send(on, method, paths, kind, body):
    """The same to all these paths of the API server at once; takes no longer than asking the portal does."""
    server, token = administrator(on)
    lines = [f'cacert = "{server["certificate-authority"]}"', f'header = "Authorization: Bearer {token}"', f'header = "Content-Type: {kind}"',
             f'request = "{method}"', f"data = {json.dumps(json.dumps(body))}"]
    for path in paths:
        lines += [f'url = "{server["server"]}{path}"', 'output = "/dev/null"']
    on.run("curl", "--silent", "--show-error", "--fail", "--parallel", "--config", "-", text="\n".join(lines))


def argo_program(on):
    return program.Program(on, "rollouts-controller", "rollouts-controller", "--kubeconfig", pathlib.Path(on.folder) / "kubeconfig" / "admin",
                           "--healthzPort", "18090", "--metricsPort", "18091", "--loglevel", "warn")


def rollout(name, version, strategy, replicas):
    """Argo's object: a Deployment but for its strategy."""
    made = workload.deployment(name, image(version), replicas)
    made.update(apiVersion="argoproj.io/v1alpha1", kind="Rollout")
    made["spec"]["strategy"] = strategy
    return made


def rollout_done(state):
    status = state.get("status", {})
    return (status.get("phase") == "Healthy" and status.get("observedGeneration") == str(state["metadata"]["generation"])
            and status.get("stableRS") == status.get("currentPodHash"))


class Argo(Site):
    name, agent = "Argo Rollouts", "rollouts-controller"

    def __init__(self, on, weights, pause_seconds, running):
        super().__init__(on, weights, pause_seconds)
        self.program = running

    def prepare(self):
        steps = [step for weight in self.weights for step in ({"setWeight": weight}, {"pause": {"duration": f"{self.pause_seconds}s"}})]
        canary = {"stableService": "web-stable", "canaryService": "web-canary", "steps": steps,
                  "trafficRouting": {"istio": {"virtualService": {"name": "web"}}}}
        self.cluster.apply([workload.service("web-stable", "web"), workload.service("web-canary", "web"),
                            workload.virtual_service("web", self.host, {"web-stable": 100, "web-canary": 0}),
                            rollout("web", self.version, {"canary": canary}, REPLICAS)], self.namespace)
        administrator(self.cluster)  # known before an abort is timed
        self.wait_done(self.version)

    @property
    def pid(self):
        return self.program.process.pid

    def bring(self, version):
        self.set_image("rollout", version)

    def state(self):
        return self.objects("rollout", "web")

    def done(self, version):
        return rollout_done(self.state())

    def abort(self):
        """What its command-line tool sends."""
        send(self.cluster, "PATCH", [f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/rollouts/web/status"],
             "application/merge-patch+json", {"status": {"abort": True}})

    def wait_aborted(self):
        self.wait_only(self.version)

    def clear_abort(self):
        """It stays aborted until the version that was there before is asked for."""
        self.bring(self.version)
        self.wait_done(self.version)

    def kill(self):
        self.program.kill()

    def start(self):
        self.program.start()


def flagger_program(on):
    return program.Program(on, "flagger", "flagger", "-kubeconfig", pathlib.Path(on.folder) / "kubeconfig" / "admin", "-mesh-provider", "istio",
                           "-metrics-server", cluster.PROMETHEUS, "-port", "18092", "-log-level", "info")


class Flagger(Site):
    """Its interval is ten seconds at least, whatever is asked for."""
    name, agent = "Flagger", "flagger"

    def __init__(self, on, weights, running):
        super().__init__(on, weights, 10)
        self.program = running
        self.begun = None

    def prepare(self):
        deployment = workload.deployment("web", image(self.version), REPLICAS)
        analysis = {"interval": f"{self.pause_seconds}s", "threshold": 5, "stepWeights": self.weights, "metrics": []}
        canary = {"apiVersion": "flagger.app/v1beta1", "kind": "Canary", "metadata": {"name": "web"}, "spec": {
            "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "progressDeadlineSeconds": 60,
            "service": {"port": 80, "targetPort": 8080, "gateways": ["istio-system/ingress"], "hosts": [self.host]}, "analysis": analysis}}
        self.cluster.apply([deployment], self.namespace)
        self.cluster.wait_ready("web", self.namespace)
        self.cluster.apply([canary], self.namespace)
        cluster.wait(lambda: self.phase() == "Initialized", lambda: f"Flagger has taken over; {self.state()}")
        self.wait_only(self.version)

    @property
    def pid(self):
        return self.program.process.pid

    def state(self):
        return self.objects("canary", "web")

    def phase(self):
        return self.state().get("status", {}).get("phase")

    def bring(self, version):
        self.set_image("deployment", version)
        cluster.wait(lambda: self.phase() not in ("Initialized", "Succeeded"), lambda: f"Flagger has seen {version}; {self.state()}")

    def done(self, version):
        phase = self.phase()
        assert phase != "Failed", self.state()
        return phase == "Succeeded"


class Run:
    """A version that is brought, beside a load; `begin` starts the clock and the counters."""

    def __init__(self, site, load):
        self.site, self.load = site, load
        self.begun = self.requests = self.usage = None
        self.seconds = {}

    def begin(self):
        self.begun = time.time()
        self.requests = program.Requests(self.site.cluster)
        self.usage = program.Usage(self.site.pid)

    def lap(self, name):
        self.seconds[name] = time.time() - self.begun

    def asked(self):
        return self.requests.of(self.site.agent, self.site.namespace)

    def last_answer(self, version):
        """Seconds from the beginning to the end of the last answer of this version."""
        return max((request["at"] + request["ms"] / 1000 for request in self.load.requests if request.get("version") == version),
                   default=self.begun) - self.begun


def beside(figures, form="{}"):
    """One sentence of what each program has, ours first; the figures of several runs are summed up."""
    words = [f"{name} " + (spread(value, form) if isinstance(value, list) else form.format(value)) for name, value in figures.items()]
    return "; ".join(words).removeprefix("Pilothouse ")


def what_was_asked(runs):
    rows = [(name, ", ".join(f"{count} {what}" for what, count in done[-1].verbs.most_common())) for name, done in runs.items()]
    return "What was asked, in the last run of each:\n\n" + table(("", "requests"), rows)


def lost_and_sent(runs):
    return f"{sum(run.lost for run in runs)} / {sum(run.load.sent for run in runs)}"


def lost(load):
    """How many requests have no answer, or an error. The load has ended."""
    return load.sent - len(load.requests) + sum("lost" in request or request["status"] >= 500 for request in load.requests)
