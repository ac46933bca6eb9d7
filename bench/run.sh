#!/usr/bin/env bash
# run.sh [--quick] [--only name,...]: the benchmarks, each beside its peer in the same run. Load on loopback only.
# Peers from npm and all that is built go to the cache folder (PILOTHOUSE_CACHE), not into the tree.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=${PILOTHOUSE_CACHE:-$HOME/.cache/pilothouse}
export PATH=$PATH:/usr/sbin

# BENCH_BUILD names another build folder, already built.
if [[ -z ${BENCH_BUILD:-} ]]; then
  BENCH_BUILD=$PWD/build/bench
  cmake -S . -B "$BENCH_BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPILOTHOUSE_TESTS=OFF -DPILOTHOUSE_BENCH=ON >/dev/null
  cmake --build "$BENCH_BUILD" --target pilothouse memory_in_flight realtime-echo
fi
export BENCH_BUILD
export PILOTHOUSE_PROGRAM=$BENCH_BUILD/src/pilothouse

# better-sqlite3 compiles itself where it finds no ready-made binary: with the headers of the installed node.
export BENCH_EXPRESS=$cache/bench/express
mkdir -p "$BENCH_EXPRESS"
cp bench/express/package.json bench/express/package-lock.json bench/express/server.mjs "$BENCH_EXPRESS"
if ! cmp -s bench/express/package-lock.json "$BENCH_EXPRESS/installed"; then
  node_folder=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  [[ -e $node_folder/include/node/node.h ]] && export npm_config_nodedir=$node_folder
  (cd "$BENCH_EXPRESS" && npm ci --no-audit --no-fund --loglevel=error)
  cp bench/express/package-lock.json "$BENCH_EXPRESS/installed"
fi

ulimit -n "$(ulimit -Hn)"  # ten thousand followers are as many files, here and in the portal
exec env PYTHONDONTWRITEBYTECODE=1 python3 bench/main.py "$@"
