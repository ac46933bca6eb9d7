#!/usr/bin/env bash
# run.sh [test file...]: the real-time tests, first against the npm server, then against $REALTIME_ECHO_PROGRAM.
#
# ORACLE=no leaves the npm server out. Packages are installed into the cache folder (PILOTHOUSE_CACHE), never into the
# tree: the tests run from a copy there, because an import finds packages only beside or above its file.
set -euo pipefail
cd "$(dirname "$0")"

if [[ -z ${REALTIME_ECHO_PROGRAM:-} && ${ORACLE:-} == no ]]; then
  echo "nothing to do: ORACLE=no, and REALTIME_ECHO_PROGRAM is not set" >&2
  exit 2
fi
program=
if [[ -n ${REALTIME_ECHO_PROGRAM:-} ]]; then
  program=$(realpath -e "$REALTIME_ECHO_PROGRAM")
fi

run=$(./install.sh)
trap 'rm -rf "$run"' EXIT
cd "$run"
tests=("$@")
if ((${#tests[@]} == 0)); then tests=(*.test.mjs); fi

# One file at a time: the intervals of some tests are short, and the machine may have few processors.
run_against() {
  echo "== against $1"
  REALTIME_ECHO=$2 ./node --test --test-concurrency=1 --test-timeout=300000 --test-reporter=spec "${tests[@]}"
}

failed=0
if [[ ${ORACLE:-} != no ]]; then run_against "the npm server" "" || failed=1; fi
if [[ -n $program ]]; then run_against "$program" "$program" || failed=1; fi
exit $failed
