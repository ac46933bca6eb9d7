"""The controller is killed at half of the requests and comes back after ten seconds."""
import contextlib
import time

import canary
import sites
from measure import median, spread
from report import table

AWAY_SECONDS = 10


def one(site):
    version = site.other_version()
    with site.load() as load:
        load.wait_version(site.version)
        site.bring(version)
        site.wait_weight(50)
        site.kill()
        time.sleep(AWAY_SECONDS)
        run = sites.Run(site, load)
        run.begun = time.time()
        site.start()
        site.wait_done(version)
        run.lap("done")
        load.wait_version(version)
        site.wait_only(version)
    run.lost, run.moved = sites.lost(load), run.last_answer(site.version)
    site.version = version
    return run


def measure(on, times):
    with contextlib.ExitStack() as ends:
        argo = ends.enter_context(sites.argo_program(on))
        two = [ends.enter_context(site) for site in (sites.Pilothouse(on, canary.WEIGHTS, canary.PAUSE_SECONDS),
                                                     sites.Argo(on, canary.WEIGHTS, canary.PAUSE_SECONDS, argo))]
        runs = {site.name: [] for site in two}
        for _ in range(times):
            for site in two:
                runs[site.name].append(one(site))
        return runs


def run(report, on, quick):
    runs = measure(on, 1 if quick else 3)
    lost = {name: sum(run.lost for run in done) for name, done in runs.items()}
    moved = {name: [run.moved for run in done] for name, done in runs.items()}
    report.goal("killed at 50 %: requests lost", "0", sites.beside(lost), lost["Pilothouse"] == 0)
    rows = [(name, sites.lost_and_sent(done), spread(moved[name], "{:.1f}"), spread([run.seconds["done"] for run in done], "{:.1f}")) for name, done in runs.items()]
    report.chapter("Killed at half", f"""
The canary of the first chapter; the program gets `kill -9` at 50 % and is started again after {AWAY_SECONDS} s. Seconds from that start. Argo, with its default leader
election, waits until the lease of its former self ends. By turns, runs of each: {len(moved["Pilothouse"])}. Until all requests have moved Argo takes
{median(moved["Argo Rollouts"]) / median(moved["Pilothouse"]):.2f} of Pilothouse's time.

{table(("", "lost / sent", "moved, s", "told, s"), rows)}
""")
