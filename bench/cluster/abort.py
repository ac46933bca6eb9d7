"""An abort at half of the requests: the new version's last answer, what it costs the API server, and what the neighbours lose."""
import contextlib
import time

import cluster
import sites
import workload
from measure import median, spread
from report import table

CHURN_SECONDS = 25


class Neighbour:
    """A Deployment of somebody else behind the same Istio, restarted again and again, with a load of its own."""

    def __init__(self, on):
        self.cluster = on
        self.ends = contextlib.ExitStack()

    def __enter__(self):
        self.namespace = self.ends.enter_context(self.cluster.namespace("neighbour"))
        self.host = f"{self.namespace}.test"
        self.cluster.apply([workload.deployment("web", sites.image("1.0.0"), sites.REPLICAS), workload.service("web", "web"),
                            workload.virtual_service("web", self.host, {"web": 100})], self.namespace)
        self.cluster.wait_ready("web", self.namespace)
        self.cluster.wait_answer(self.cluster.ingress("istio"), self.host)
        return self

    def __exit__(self, *_):
        self.ends.close()

    def load(self):
        return self.cluster.load(self.cluster.ingress("istio"), self.host, sites.RATE)

    def churn(self):
        """How often it was restarted within the time."""
        end, times = time.monotonic() + CHURN_SECONDS, 0
        while time.monotonic() < end:
            self.cluster.kubectl("rollout", "restart", "deployment/web", "--namespace", self.namespace)
            self.cluster.wait_ready("web", self.namespace)
            times += 1
        return times


def quiet(neighbour):
    """What the neighbour loses when nobody aborts: its own doing. (lost, sent)"""
    with neighbour.load() as load:
        load.wait_version("1.0.0")
        neighbour.churn()
    return sites.lost(load), load.sent


def one(site, neighbour):
    version = site.other_version()
    with site.load() as load, neighbour.load() as beside:
        load.wait_version(site.version)
        beside.wait_version("1.0.0")
        site.bring(version)
        site.wait_weight(50)
        cluster.wait(lambda: [request.get("version") for request in load.read()[-200:]].count(version) > 80, f"{version} answers half")
        run = sites.Run(site, load)
        run.begin()
        site.abort()
        time.sleep(1.5)  # the abort has this long for itself
        neighbour.churn()
        site.wait_aborted()
        run.verbs = run.asked()
    run.moved = run.last_answer(version)
    run.lost, run.beside_lost, run.beside_sent = sites.lost(load), sites.lost(beside), beside.sent
    site.clear_abort()
    return run


def measure(on, times):
    """Runs of each, and what the neighbour loses beside nobody."""
    with contextlib.ExitStack() as ends:
        argo = ends.enter_context(sites.argo_program(on))
        neighbour = ends.enter_context(Neighbour(on))
        two = [ends.enter_context(site) for site in (sites.Pilothouse(on, [50], 120), sites.Argo(on, [50], 120, argo))]
        runs, alone = {site.name: [] for site in two}, []
        for _ in range(times):
            alone.append(quiet(neighbour))
            for site in two:
                runs[site.name].append(one(site, neighbour))
        return runs, alone


def run(report, on, quick):
    runs, alone = measure(on, 1 if quick else 3)
    moved = {name: [1000 * run.moved for run in done] for name, done in runs.items()}
    asked = {name: [run.verbs.total() for run in done] for name, done in runs.items()}
    lost = {name: [sum(run.lost for run in done), sum(run.beside_lost for run in done)] for name, done in runs.items()}
    later, more = (median(each["Argo Rollouts"]) / median(each["Pilothouse"]) for each in (moved, asked))
    report.goal("abort at 50 %: to the new version's last answer", "under 500 ms", sites.beside(moved, "{:.0f}") + " ms", max(moved["Pilothouse"]) < 500)
    report.goal("the same: requests to the API server", "at most 10", sites.beside(asked, "{:.0f}"), max(asked["Pilothouse"]) <= 10)
    report.goal("the same: requests lost, and of the neighbour's", "0", sites.beside({name: f"{own} and {others}" for name, (own, others) in lost.items()}),
                not any(lost["Pilothouse"]))
    rows = [(name, sites.lost_and_sent(done), spread(moved[name], "{:.0f}"), spread(asked[name], "{:.0f}"),
             f"{lost[name][1]} / {sum(run.beside_sent for run in done)}") for name, done in runs.items()]
    rows.append(("nobody", "", "", "", f"{sum(each for each, _ in alone)} / {sum(each for _, each in alone)}"))
    report.chapter("An abort at half of the requests", f"""
A canary stays at 50 % and answers half; then a person aborts. By turns, runs of each: {len(alone)}. "Last answer": from sending the abort to the end of the last
answer of the new version, by the load's ledger; at {sites.RATE} requests a second such an answer comes every {2000 // sites.RATE} ms. Requests to the API server until the new pods
have gone. The neighbour is somebody else's Deployment behind the same istiod, in a namespace of its own and with as much load, restarted again and again for
{CHURN_SECONDS} s, from 1.5 s after the abort on; beside "nobody" it is the same without an abort. With Argo the last answer comes {later:.1f} times as late, after {more:.0f} times as
many requests. Flagger has no abort: its hook "rollback" is asked once an interval.

{table(("", "lost / sent", "last answer, ms", "API requests", "the neighbour's lost / sent"), rows)}

{sites.what_was_asked(runs)}
""")
