#!/usr/bin/env bash
# tidy.sh [OPTIONS OF CLANG-TIDY]: over all that is not a test, on two processors; fails when something is found.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset clang-debug >/dev/null
cmake --build --preset clang-debug --target precompiled >/dev/null
git ls-files 'src/*.cpp' | grep -v _test.cpp | xargs -P2 -n4 clang-tidy-19 --quiet -p build/clang-debug "$@"
