#!/usr/bin/env bash
# run.sh [unittest's arguments]: builds what a cluster needs, and runs the tests on one. $PILOTHOUSE_PROGRAM is the program to test;
# without it that of `make build`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PILOTHOUSE_PROGRAM=${PILOTHOUSE_PROGRAM:-$here/../../build/server/src/pilothouse}
[[ -x $PILOTHOUSE_PROGRAM ]] || { echo "$PILOTHOUSE_PROGRAM is missing: make build, or set PILOTHOUSE_PROGRAM" >&2; exit 1; }

# A cluster of one's own ($KUBECONFIG) needs nothing of this machine.
if [[ -z ${KUBECONFIG:-} ]]; then
  "$here/check.sh"
  "$here/build.sh" >/dev/null
fi
if (($# == 0)); then set -- smoke_test rollout_test; fi
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here" python3 -m unittest --verbose "$@"
