"""Runs the benchmarks and writes RESULTS.md.

    bench/run.sh [--quick] [--only name,...]
"""
import argparse
import os
import pathlib
import shutil
import tempfile

import accept_deployments
import express_peer
import follow_events
import idle_memory
import list_environments
import move_traffic
import report
import rollouts_in_flight
import start_up

HERE = pathlib.Path(__file__).resolve().parent
CHAPTERS = {"list": list_environments, "accept": accept_deployments, "move": move_traffic, "flight": rollouts_in_flight,
            "events": follow_events, "start": start_up, "idle": idle_memory}


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true", help="a trial: few and short rounds, and nothing written into the tree")
    words.add_argument("--only", default=",".join(CHAPTERS), help="some of " + ", ".join(CHAPTERS) + "; nothing written into the tree")
    chosen = words.parse_args()
    names = chosen.only.split(",")
    if unknown := [name for name in names if name not in CHAPTERS]:
        words.error(f"--only: unknown {', '.join(unknown)}; there are {', '.join(CHAPTERS)}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ph-bench-"))
    whole = not chosen.quick and names == list(CHAPTERS)
    file = HERE / "RESULTS.md" if whole else folder.with_suffix(".md")
    try:
        programs = report.versions(os.environ["PILOTHOUSE_PROGRAM"], express_peer.versions())
        results = report.Report(file, "make bench", programs, folder)
        for name in names:
            print(f"-- {name}: {CHAPTERS[name].__doc__}", flush=True)
            place = folder / name
            place.mkdir()
            CHAPTERS[name].run(results, place, chosen.quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Written: {file}")


if __name__ == "__main__":
    main()
