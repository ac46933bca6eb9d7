#!/usr/bin/env bash
# run.sh [--quick] [--only name,...]: the benchmarks on a real cluster, beside Argo Rollouts and Flagger in the same run. The cluster is
# that of tests/cluster/up.sh in the folder PILOTHOUSE_CLUSTER, or one of its own that ends with it. PILOTHOUSE_PROGRAM is the program.
set -euo pipefail
cd "$(dirname "$0")/../.."

unset KUBECONFIG  # it needs the audit log
export PILOTHOUSE_PROGRAM=$(realpath "${PILOTHOUSE_PROGRAM:-build/server/src/pilothouse}")
tests/cluster/check.sh
tests/cluster/build.sh kwok argo flagger >/dev/null
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$PWD/bench:$PWD/tests/cluster" python3 bench/cluster/main.py "$@"
