#!/usr/bin/env bash
# run.sh [unittest's arguments]: builds what a cluster needs, and runs the tests on one. $PILOTHOUSE_PROGRAM is the program to test.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# A cluster of one's own ($KUBECONFIG) needs nothing of this machine.
if [[ -z ${KUBECONFIG:-} ]]; then
  "$here/check.sh"
  "$here/build.sh" >/dev/null
fi
if (($# == 0)); then set -- smoke_test rollout_test; fi
exec env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here" python3 -m unittest --verbose "$@"
