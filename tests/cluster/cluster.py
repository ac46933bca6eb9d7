"""A Kubernetes cluster for tests, and load on it that accounts for every request.

The cluster is one of three: that of $KUBECONFIG, whose machine's network reaches its services; that which up.sh started in the folder
$PILOTHOUSE_CLUSTER; otherwise one of its own, started at the first use and ended with the tests.

Nothing here waits by the clock: it waits for conditions, with a generous limit.
"""
import atexit
import collections
import contextlib
import datetime
import functools
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
GENEROUS = float(os.environ.get("PILOTHOUSE_TEST_LIMIT", "120"))

# Where requests come in, by who takes them: address and port. README.md tells how to say it of another cluster.
INGRESS = {"istio": ("10.200.0.1", 10080), "istio-gateway": ("10.96.0.80", 80), "envoy-gateway": ("10.200.0.1", 10081)}
PROMETHEUS = "http://127.0.0.1:9090"


def wait(condition, what, limit=GENEROUS, pause=0.1):
    """The first true value of condition(); fails loudly when there is none within the limit. `what` may be a function that tells
    what was there instead."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit:.0f} s: {what() if callable(what) else what}")
        time.sleep(pause)


class Cluster:
    def __init__(self):
        self.folder = None
        if "KUBECONFIG" in os.environ:
            return
        self.folder = os.environ.get("PILOTHOUSE_CLUSTER")
        if not self.folder:
            self.folder = tempfile.mkdtemp(prefix="ph-cluster-")
            atexit.register(self.down)
            subprocess.run([HERE / "up.sh", self.folder], check=True)

    def down(self):
        if os.environ.get("PILOTHOUSE_KEEP"):
            print(f"kept: tests/cluster/down.sh {self.folder} ends it")
        else:
            subprocess.run([HERE / "down.sh", self.folder], check=True)
            shutil.rmtree(self.folder, ignore_errors=True)  # of one that did not come so far

    def command(self, *command):
        """The command line that runs the command where the cluster's addresses are reached, with KUBECONFIG set."""
        return [*([HERE / "in.sh", self.folder] if self.folder else []), *command]

    def run(self, *command, text=None):
        """Its output; fails with what it said when it fails."""
        done = subprocess.run(self.command(*command), input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def kubectl(self, *arguments, text=None):
        return self.run("kubectl", *arguments, text=text)

    def apply(self, objects, namespace="default"):
        """A list of objects, or YAML."""
        text = objects if isinstance(objects, str) else json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        return self.kubectl("apply", "--namespace", namespace, "--filename", "-", text=text)

    def get(self, kind, name, namespace="default"):
        return json.loads(self.kubectl("get", kind, name, "--namespace", namespace, "--output", "json"))

    @contextlib.contextmanager
    def namespace(self, prefix):
        """The name of a namespace that is there for this long."""
        name = f"{prefix}-{secrets.token_hex(3)}"
        self.kubectl("create", "namespace", name)
        try:
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")

    def wait_ready(self, name, namespace):
        """Until all pods of the deployment are of its newest kind, and ready."""
        last = {}

        def ready():
            last.update(self.get("deployment", name, namespace))
            status, wanted = last["status"], last["spec"]["replicas"]
            return (status.get("observedGeneration") == last["metadata"]["generation"] and status.get("replicas") == wanted
                    and status.get("updatedReplicas") == wanted and status.get("availableReplicas") == wanted)
        wait(ready, lambda: f"{namespace}/{name} is ready; it is {last['status']}; its pods:\n"
                            + self.kubectl("get", "pods", "--namespace", namespace))

    def service_address(self, name, namespace):
        service = self.get("service", name, namespace)["spec"]
        return service["clusterIP"], service["ports"][0]["port"]

    def ingress(self, kind):
        """Address and port of an ingress; None when the cluster has none that we know of."""
        known = os.environ.get("PILOTHOUSE_INGRESS_" + kind.upper().replace("-", "_"))
        if known:
            address, _, port = known.rpartition(":")
            return address, int(port)
        return INGRESS[kind] if self.folder else None

    def fetch(self, address, host):
        """Status and body of what is answered; the status is 0 when nobody answers."""
        command = self.command("curl", "-s", "-m", "5", "-w", "\n%{http_code}", "--header", f"Host: {host}", f"http://{address[0]}:{address[1]}/")
        body, _, status = subprocess.run(command, capture_output=True, text=True, check=False).stdout.rpartition("\n")
        return int(status or 0), body

    def wait_answer(self, address, host):
        """Until it is known there. From then on no request may be lost."""
        last = []

        def answers():
            last[:] = self.fetch(address, host)
            return last[0] == 200 and last
        return wait(answers, lambda: f"200 for {host} from {address}; it is {last}")

    def prometheus(self):
        """Its address; None when we know of none."""
        return os.environ.get("PILOTHOUSE_PROMETHEUS") or (PROMETHEUS if self.folder else None)

    def query(self, expression):
        """What Prometheus answers: a list of (labels, value)."""
        answer = self.run("curl", "-sS", f"{self.prometheus()}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        content = json.loads(answer)
        assert content["status"] == "success", answer
        return [(series["metric"], float(series["value"][1])) for series in content["data"]["result"]]

    @contextlib.contextmanager
    def scraped(self, namespace):
        """For this long Prometheus reads what the pods of the namespace count, each second who they are now. Only a cluster of ours."""
        file = pathlib.Path(self.folder) / "config" / "pods" / f"{namespace}.json"
        file.parent.mkdir(exist_ok=True)
        over = threading.Event()

        def tell():
            while not over.wait(1):
                pods = json.loads(self.kubectl("get", "pods", "--namespace", namespace, "--output", "json"))["items"]
                targets = [{"targets": [f"{pod['status']['podIP']}:8080"], "labels": {"namespace": namespace, "pod": pod["metadata"]["name"]}}
                           for pod in pods if pod["status"].get("podIP")]
                new = file.with_suffix(".new")
                new.write_text(json.dumps(targets), encoding="utf-8")
                new.rename(file)
        teller = threading.Thread(target=tell)
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()
            file.unlink(missing_ok=True)

    def api_requests(self, namespace, agent, since):
        """What a program has asked the API server for in a namespace, by verb, without its watches; None when there is no audit log."""
        if not self.folder:
            return None
        verbs = collections.Counter()
        for line in (pathlib.Path(self.folder) / "log" / "audit.log").read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            begun = datetime.datetime.fromisoformat(entry["requestReceivedTimestamp"]).timestamp()
            if begun >= since and entry.get("objectRef", {}).get("namespace") == namespace and entry.get("userAgent", "").startswith(agent):
                verbs[entry["verb"]] += 1
        del verbs["watch"]
        return dict(verbs)

    def load(self, address, host, rate=100, limit=600):
        """It ends by itself after so many seconds."""
        return Load(self, address, host, rate, limit)


@functools.cache
def shared():
    """The one cluster of this run."""
    return Cluster()


class Load:
    """load.py, which see: a constant load on an address, from inside the cluster's network, for as long as the `with` lasts."""

    def __init__(self, cluster, address, host, rate, limit):
        self.file = tempfile.NamedTemporaryFile(prefix="ph-load-", mode="r", encoding="utf-8")  # pylint: disable=consider-using-with
        self.requests = []
        self.sent = None
        command = cluster.command("python3", HERE / "load.py", address[0], str(address[1]), host, str(rate), self.file.name, str(limit))
        self.process = subprocess.Popen([str(part) for part in command])

    def read(self):
        """All requests whose outcome is known, in the order in which it became known."""
        while True:
            place = self.file.tell()
            line = self.file.readline()
            if not line.endswith("\n"):
                self.file.seek(place)
                return self.requests
            told = json.loads(line)
            if "sent" in told:
                self.sent = told["sent"]
            else:
                self.requests.append(told)

    def wait_version(self, version, count=50):
        """Until the last so many requests were answered by this version."""
        wait(lambda: [request.get("version") for request in self.read()[-count:]] == [version] * count,
             lambda: f"{version} answers all; the last were {collections.Counter(map(outcome, self.requests[-count:]))}")

    def wait_answer(self, version):
        """Until this version has answered a request that was sent from now on."""
        now = time.time()
        wait(lambda: any(request["at"] > now and request.get("version") == version for request in self.read()), f"{version} answers")

    def stop(self):
        """May be called twice."""
        if self.file.closed:
            return
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=GENEROUS)
        self.read()
        self.file.close()

    def versions(self):
        return collections.Counter(request["version"] for request in self.requests if "version" in request)

    def assert_nothing_lost(self, kept_may_break=False):
        """Every request that was sent has an answer, and none of them is an error. `kept_may_break`: where no proxy stands between, a pod
        that ends may close a kept connection in the moment in which a request is sent on it; clients send that once more."""
        assert self.sent == len(self.requests), f"{self.sent} sent, of {len(self.requests)} the outcome is known"
        bad = [request for request in self.requests if "lost" in request or request["status"] >= 500]
        if kept_may_break:
            ends = ("ConnectionResetError", "IncompleteReadError: 0 bytes")
            broken = [request for request in bad if request["kept"] and request.get("lost", "").startswith(ends)]
            print(f"{len(broken)} of {self.sent} requests met the end of a kept connection")
            bad = [request for request in bad if request not in broken]
        assert not bad, f"{len(bad)} of {self.sent} requests: {collections.Counter(map(outcome, bad))}; the first: {bad[:5]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def outcome(request):
    return request.get("lost") or f"{request['status']} {request['version']}"
