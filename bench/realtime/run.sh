#!/usr/bin/env bash
# run.sh [--clients 1000] [--events 300] [--bytes 200] [--rate 20] [--seconds 5] [--idle 1000,10000] [--rounds 3] [--memory]:
# Socket.IO over WebSocket, the npm server beside $REALTIME_ECHO_PROGRAM (without it, alone). Loopback only.
set -euo pipefail
cd "$(dirname "$0")"

if [[ -n ${REALTIME_ECHO_PROGRAM:-} ]]; then
  REALTIME_ECHO_PROGRAM=$(realpath -e "$REALTIME_ECHO_PROGRAM")
  export REALTIME_ECHO_PROGRAM
fi
ulimit -n "$(ulimit -Hn)"  # each client is a file, here and in the server

run=$(../../tests/realtime/install.sh)
trap 'rm -rf "$run"' EXIT
cp ./*.mjs "$run"
cd "$run"
./node main.mjs "$@"
