"""A canary of four weights behind Istio: requests lost, time, and what it asks the API server for."""
import contextlib

import sites
from measure import median, spread
from report import table

WEIGHTS = [10, 25, 50, 75]
PAUSE_SECONDS = 3


def one(site):
    version = site.other_version()
    with site.load() as load:
        load.wait_version(site.version)
        run = sites.Run(site, load)
        run.begin()
        site.bring(version)
        site.wait_done(version)
        run.lap("done")
        load.wait_version(version)
        site.wait_only(version)
        run.lap("gone")
        run.cpu, run.peak, run.verbs = run.usage.cpu_seconds(), run.usage.peak_mib(), run.asked()
    run.moved, run.lost = run.last_answer(site.version), sites.lost(load)
    site.version = version
    return run


def row(name, runs):
    figures = (("{:.1f}", lambda run: run.moved), ("{:.1f}", lambda run: run.seconds["done"]), ("{:.1f}", lambda run: run.seconds["gone"]),
               ("{:.0f}", lambda run: run.verbs.total()), ("{:.2f}", lambda run: run.cpu), ("{:.0f}", lambda run: run.peak))
    return (name, sites.lost_and_sent(runs), *(spread([value(run) for run in runs], form) for form, value in figures))


def measure(on, times):
    with contextlib.ExitStack() as ends:
        argo, flagger = (ends.enter_context(program(on)) for program in (sites.argo_program, sites.flagger_program))
        three = [ends.enter_context(site) for site in (sites.Pilothouse(on, WEIGHTS, PAUSE_SECONDS),
                                                       sites.Argo(on, WEIGHTS, PAUSE_SECONDS, argo), sites.Flagger(on, WEIGHTS, flagger))]
        runs = {site.name: [] for site in three}
        for _ in range(times):
            for site in three:
                runs[site.name].append(one(site))
        return runs


def run(report, on, quick):
    runs = measure(on, 1 if quick else 3)
    lost = {name: sum(run.lost for run in done) for name, done in runs.items()}
    asked = {name: [run.verbs.total() for run in done] for name, done in runs.items()}
    report.goal("canary of four weights: requests lost", "0", sites.beside(lost), lost["Pilothouse"] == 0)
    report.goal("the same: requests to the API server", "at most 30", sites.beside(asked, "{:.0f}"), max(asked["Pilothouse"]) <= 30)
    times = {name: median(each) / median(asked["Pilothouse"]) for name, each in asked.items()}
    report.chapter("A canary of four weights", f"""
{", ".join(map(str, WEIGHTS))} %, then all, with {PAUSE_SECONDS} s at each (Flagger: 10 s, which is the least it takes; its steps are the same four weights), {sites.REPLICAS} pods behind
a VirtualService, {sites.RATE} requests a second through Istio's ingress, every other one on a connection of its own, no retries. Nobody judges: no analysis, no
metrics. By turns, runs of each: {len(asked["Pilothouse"])}.

"Moved": the end of the last answer of the old version. "Told": the program says that it is done, which for Pilothouse means that the old pods have gone, too,
and that the last weight was watched as long as the others. "Gone": only the new version's pods are there; Argo keeps the old ones for its default of 30 s.
Requests to the API server are those of the program's own user agent in the namespace, from asking until the old pods have gone; events count, watches do not.
Argo sends {times["Argo Rollouts"]:.1f} times as many as Pilothouse, Flagger {times["Flagger"]:.1f} times as many.

{table(("", "lost / sent", "moved, s", "told, s", "gone, s", "API requests", "CPU, s", "memory at most, MiB"), [row(*each) for each in runs.items()])}

{sites.what_was_asked(runs)}
""")
