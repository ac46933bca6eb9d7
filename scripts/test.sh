#!/usr/bin/env bash
# test.sh PRESET [ctest options]: configures, builds and tests one preset. TARGETS names what to build, if not everything.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
jobs=${JOBS:-$(nproc)}
cmake --preset "$preset" >/dev/null
# shellcheck disable=SC2086
cmake --build --preset "$preset" --parallel "$jobs" ${TARGETS:+--target $TARGETS}
ctest --preset "$preset" --parallel "$jobs" "$@"
