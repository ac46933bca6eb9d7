#!/usr/bin/env bash
# soak.sh: the long forms, for hours: simulation seeds, deaths at every crash point and at random instants on real processes.
# SEEDS, ROUNDS and KILLS say how long.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release
build/release/tests/pilothouse-sim --seeds "${SEEDS:-100000}"
build/release/tests/pilothouse-sim --crash-points
export PILOTHOUSE_PROGRAM=$PWD/build/release/src/pilothouse
for ((round = 1; round <= ${ROUNDS:-10}; ++round)); do
  for strategy in canary blue-green rolling; do
    (cd tests/process && python3 kill_matrix.py "$strategy" 6)
  done
done
(cd tests/process && python3 random_kills.py "${KILLS:-3000}")
