"""Runs the benchmarks on a real cluster, beside Argo Rollouts and Flagger, and writes RESULTS-CLUSTER.md.

    bench/cluster/run.sh [--quick] [--only name,...]
"""
import argparse
import os
import pathlib
import platform
import sys
import tempfile
import traceback

import abort
import canary
import cluster
import crash
import many
import report

HERE = pathlib.Path(__file__).resolve().parent
CHAPTERS = {"canary": canary, "abort": abort, "many": many, "crash": crash}
PEERS = {"argo": "Argo Rollouts", "flagger": "Flagger", "kwok": "kwok", "kubernetes": "Kubernetes", "istio": "Istio", "envoy": "Envoy"}


def versions():
    """As tests/cluster/versions.sh has them."""
    lines = (cluster.HERE / "versions.sh").read_text().splitlines()
    found = dict(line.split("#")[0].strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {"pilothouse": report.pilothouse(os.environ["PILOTHOUSE_PROGRAM"]), **{name: found[key] for key, name in PEERS.items()},
            "python": platform.python_version()}


def prepare(on):
    """The kinds of objects that the peers have."""
    for name in ("argo", "flagger"):
        on.kubectl("apply", "--server-side", "--filename", pathlib.Path(on.folder).joinpath("bin").resolve().parent / "peers" / f"{name}.yaml")
    on.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argo-rollouts"}}])


def has_run(name, results, on, quick):
    """One that fails is told, and keeps no other from being measured."""
    print(f"-- {name}: {CHAPTERS[name].__doc__}", flush=True)
    try:
        CHAPTERS[name].run(results, on, quick)
    except Exception:  # pylint: disable=broad-exception-caught
        traceback.print_exc()
        return False
    return True


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true", help="a trial: each once and smaller, and nothing written into the tree")
    words.add_argument("--only", default=",".join(CHAPTERS), help="some of " + ", ".join(CHAPTERS) + "; nothing written into the tree")
    chosen = words.parse_args()
    names = chosen.only.split(",")
    if unknown := [name for name in names if name not in CHAPTERS]:
        words.error(f"--only: unknown {', '.join(unknown)}; there are {', '.join(CHAPTERS)}")
    whole = not chosen.quick and names == list(CHAPTERS)
    with tempfile.NamedTemporaryFile(prefix="ph-bench-", suffix=".md", delete=False) as other:
        file = HERE.parent / "RESULTS-CLUSTER.md" if whole else pathlib.Path(other.name)
    results = report.Report(file, "make bench-cluster", versions(), "/tmp")
    on = cluster.shared()
    prepare(on)
    failed = [name for name in names if not has_run(name, results, on, chosen.quick)]
    print(f"Written: {file}")
    if failed:
        sys.exit(f"without {', '.join(failed)}, which failed")


if __name__ == "__main__":
    main()
