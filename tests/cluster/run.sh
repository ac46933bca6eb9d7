#!/usr/bin/env bash
# run.sh [unittest's arguments]: builds what a cluster needs, and runs the tests on one. $PILOTHOUSE_PROGRAM is the program to test.
set -euo pipefail
cd "$(dirname "$0")"

# A cluster of one's own ($KUBECONFIG) needs nothing of this machine.
if [[ -z ${KUBECONFIG:-} ]]; then
  ./check.sh
  ./build.sh >/dev/null
fi
exec env PYTHONDONTWRITEBYTECODE=1 python3 -m unittest --verbose "${@:-smoke_test}"
