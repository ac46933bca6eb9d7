"""A hundred components updated at once, and the memory of watching a thousand. The pods are kwok's: objects without containers.

Like for like: blue-green by the selector of a Service, without pauses, without judging, without analysis.
"""
import contextlib
import json
import pathlib
import time

import cluster
import portal
import program
import sites
import workload
from measure import cpu_seconds, median, resident_kib, spread
from report import table

NODES = 10  # the addresses of a node's pods are of a /24
AT_MOST = 200  # components in an environment


class Kwok:
    """Nodes and pods that are nothing but objects; what wants to run there says so."""

    def __init__(self, on, stages):
        self.cluster = on
        config = pathlib.Path(on.folder) / "kubeconfig" / "admin"
        self.program = program.Program(on, "kwok", "kwok", "--kubeconfig", config, "--config", stages,
                                       "--manage-nodes-with-label-selector", "type=kwok")

    def __enter__(self):
        self.program.start()
        taint = {"key": "kwok", "value": "", "effect": "NoSchedule"}
        self.cluster.apply([{"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"kwok-{number}", "labels": {"type": "kwok"}},
                             "spec": {"taints": [taint]}} for number in range(NODES)])
        self.cluster.kubectl("wait", "--for=condition=Ready", "nodes", "--selector", "type=kwok", "--timeout=60s")
        return self

    def __exit__(self, *_):
        self.cluster.kubectl("delete", "nodes", "--selector", "type=kwok")
        self.program.stop()


def without_containers(made):
    pod = made["spec"]["template"]["spec"]
    pod.update(nodeSelector={"type": "kwok"}, tolerations=[{"key": "kwok", "operator": "Exists"}])
    return made


def service(name, selector):
    made = workload.service(name, name)
    made["spec"]["selector"] = selector
    return made


class Many:
    """So many components in a namespace. A subclass tells how: prepare, bring, done."""

    def __init__(self, on, count, replicas):
        self.cluster, self.count, self.replicas = on, count, replicas
        self.names = [f"part-{number:04}" for number in range(count)]
        self.ends = contextlib.ExitStack()
        self.namespace = None

    def __enter__(self):
        self.namespace = self.ends.enter_context(self.cluster.namespace(self.agent))
        with contextlib.ExitStack() as ends:
            ends.push(self.__exit__)
            self.prepare()
            self.settle()
            ends.pop_all()
        return self

    def __exit__(self, *why):
        """What makes pods goes first: nothing is left that could change what is measured next."""
        self.cluster.kubectl("delete", self.kind, "--all", "--namespace", self.namespace)
        self.ends.close()
        self.cluster.kubectl("wait", "--for=delete", f"namespace/{self.namespace}", "--timeout=600s")

    def create(self, objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.cluster.kubectl("create", "--namespace", self.namespace, "--filename", "-", text=text)

    def objects(self, kind):
        return json.loads(self.cluster.kubectl("get", kind, "--namespace", self.namespace, "--output", "json"))["items"]

    def wait_done(self):
        cluster.wait(self.done, f"{self.name} has brought {self.count}", limit=900, pause=0.5)

    def settle(self):
        """Until the old pods have gone."""
        wanted = self.count * self.replicas

        def settled():
            return self.cluster.kubectl("get", "pods", "--namespace", self.namespace, "--output", "name").count("\n") == wanted
        cluster.wait(settled, f"{wanted} pods", limit=900, pause=1)


class Pilothouse(Many):
    name, agent, kind = "Pilothouse", "pilothouse", "deployments"

    def prepare(self):
        objects = []
        for name in self.names:
            objects.append(service(name, {"component": name, "pilothouse.dev/color": "green"}))
            for color in portal.COLORS:
                made = without_containers(workload.deployment(f"{name}-{color}", sites.image("1.0.0"), replicas=0))
                made["spec"]["template"]["metadata"]["labels"].update({"component": name, "pilothouse.dev/color": color})
                objects.append(made)
        self.create(objects)
        self.portal = ManyPortal(self.cluster, self.namespace, self.names, self.replicas)
        self.ends.enter_context(self.portal)
        self.portal.wait_known()
        self.bring("1.0.0")
        self.wait_done()

    @property
    def pid(self):
        return self.portal.process.pid

    def bring(self, version):
        asked = [self.portal.api("POST", f"/api/environments/{name}/deploy", {"version": version}) for name in self.portal.environments]
        self.deployments = [each["id"] for each in asked]

    def done(self):
        states = [self.portal.deployment(each) for each in self.deployments]
        assert not any(state["status"] == "failed" for state in states), states
        return all(state["status"] == "completed" for state in states)


class ManyPortal(portal.Portal):
    """A portal whose components share a namespace."""

    def __init__(self, on, namespace, names, replicas):
        strategy = {"default": "blue-green", "bake": "0s", "settle": "0s", "watch": "0s"}
        super().__init__(on, namespace, "selector", replicas, strategy, {"enabled": False})
        file = self.folder / "environments.yaml"
        environment = json.loads(file.read_text())["environments"][0]
        component = environment["components"][0]
        made = []
        for begin in range(0, len(names), AT_MOST):
            components = [{**component, "name": name, "workload": {**component["workload"], "deployment": name}, "traffic": {"service": name}}
                          for name in names[begin:begin + AT_MOST]]
            made.append({**environment, "name": f"part-{begin // AT_MOST}", "components": components})
        file.write_text(json.dumps({"environments": made}))
        self.environments = [each["name"] for each in made]

    def wait_known(self):
        """Until nothing stands in the way of a first version."""
        def known():
            for name in self.environments:
                status, text = self.ask("POST", f"/api/environments/{name}/plan", {"version": "1.0.0"})
                if status != 200 or json.loads(text)["blockers"]:
                    last[:] = status, text[:1000]
                    return False
            return True
        last = []
        cluster.wait(known, lambda: f"1.0.0 can be brought; {last}", pause=1)


class Argo(Many):
    name, agent, kind = "Argo Rollouts", "rollouts-controller", "rollouts"

    def __init__(self, on, count, replicas, running):
        super().__init__(on, count, replicas)
        self.program = running

    def prepare(self):
        objects = []
        for name in self.names:
            objects.append(service(name, {"app": name}))
            objects.append(without_containers(sites.rollout(name, "1.0.0", {"blueGreen": {"activeService": name}}, self.replicas)))
        self.create(objects)
        self.wait_done()

    @property
    def pid(self):
        return self.program.process.pid

    def bring(self, version):
        """All at once: a program that asks for one after the other would be the slower one."""
        patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": f"pilothouse.test/{sites.image(version)}"}]
        paths = [f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/rollouts/{name}" for name in self.names]
        sites.send(self.cluster, "PATCH", paths, "application/json-patch+json", patch)

    def done(self):
        return all(map(sites.rollout_done, self.objects("rollouts")))


def one(many, version):
    run = sites.Run(many, None)
    run.begin()
    many.bring(version)
    run.lap("asked")
    many.wait_done()
    run.lap("done")
    run.cpu = run.usage.cpu_seconds()
    many.settle()
    run.lap("gone")
    run.cpu_gone, run.peak = run.usage.cpu_seconds(), run.usage.peak_mib()
    run.verbs, run.moved = run.asked(), run.requests.last(many.agent, many.namespace, "patch services")
    return run


def all_at_once(many, times):
    """(runs, MiB at rest before them) of so many updates."""
    with many:
        rest = resident_kib(many.pid)[0] / 1024
        return [one(many, sites.TRIED[(number + 1) % 2]) for number in range(times)], rest


def at_rest(many, seconds):
    """(MiB, most MiB so far, percent of a core) of watching them."""
    with many:
        usage, begun = cpu_seconds(many.pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu_seconds(many.pid) - usage) / (time.monotonic() - begun) * 100
        status = pathlib.Path(f"/proc/{many.pid}/status").read_text()
        return resident_kib(many.pid)[0] / 1024, int(status.split("VmHWM:")[1].split()[0]) / 1024, share


def both(on, do, *what):
    """What is measured of each of the two, each with the cluster for itself."""
    ours = do(Pilothouse(on, *what[0]), *what[1:])
    with sites.argo_program(on) as argo:
        return {"Pilothouse": ours, "Argo Rollouts": do(Argo(on, *what[0], argo), *what[1:])}


def run(report, on, quick):
    few, lots = (20, 100) if quick else (100, 1000)
    with Kwok(on, pathlib.Path(on.folder).joinpath("bin").resolve().parent / "peers" / "kwok.yaml"):
        hundred(report, both(on, all_at_once, (few, 2), 1 if quick else 3), few)
        thousand(report, both(on, at_rest, (lots, 1), 5 if quick else 20), lots)


def hundred(report, measured, count):
    runs = {name: done for name, (done, _) in measured.items()}
    told, cpu, peak = ({name: [value(run) for run in done] for name, done in runs.items()}
                       for value in (lambda run: run.seconds["done"], lambda run: run.cpu_gone, lambda run: run.peak))
    ratio, cpu_ratio, peak_ratio = (median(each["Pilothouse"]) / median(each["Argo Rollouts"]) for each in (told, cpu, peak))
    report.goal(f"{count} components at once: all done", "half of Argo's time", f"{ratio:.2f} of it", ratio <= 0.5)
    report.goal("the same: processor time", "less than Argo", f"{cpu_ratio:.2f} of it", cpu_ratio < 1)
    report.goal("the same: memory", "less than Argo", f"{peak_ratio:.2f} of it", peak_ratio < 1)
    rows = [(name, spread([run.moved for run in done], "{:.1f}"), spread(told[name], "{:.1f}"), spread([run.seconds["gone"] for run in done], "{:.1f}"),
             spread([run.verbs.total() / count for run in done], "{:.1f}"), spread([run.cpu for run in done]), spread(cpu[name]),
             f"{measured[name][1]:.0f}", spread(peak[name], "{:.0f}")) for name, done in runs.items()]
    head = ("", "last Service moved, s", "told, s", "old pods gone, s", "API requests each", "CPU until told, s", "CPU until gone, s",
            "memory before, MiB", "memory at most, MiB")
    report.chapter(f"{count} components at once", f"""
Blue-green by the selector of a Service, two pods each, no pauses, no judging: the new pods, the Service, the old pods. The pods are kwok's, without containers.
All are asked for at once (Pilothouse: one deployment of one environment; Argo: {count} patches in parallel), one program after the other; runs of each: {len(told["Pilothouse"])}.
"Last Service moved": when the last write to a Service was sent. "Told": Pilothouse says "completed", which includes that the old pods have been taken away; Argo
says "Healthy", and takes them away after its default of 30 s. Pilothouse is the whole portal, with its store and web interface.

The cluster's own controllers may ask as often as they like (`--kube-api-qps=1000`): with their default of 20 a second they are what everybody waits for.

{table(head, rows)}
""")


def thousand(report, measured, count):
    ratio = measured["Pilothouse"][0] / measured["Argo Rollouts"][0]
    report.goal(f"{count} components watched: memory", "less than Argo", f"{ratio:.2f} of it", ratio < 1)
    rows = [(name, *(f"{value:.1f}" for value in values)) for name, values in measured.items()]
    report.chapter(f"{count} components watched", f"""
The same with {count} components of one pod each (in Pilothouse {-(-count // AT_MOST)} environments), after their first version; looked at once.

{table(("", "memory, MiB", "memory at most until then, MiB", "of a core, %"), rows)}
""")
