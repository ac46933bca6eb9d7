#!/bin/sh
# deploy.sh <environment> [strategy] [version]: brings a version to an environment and waits for the end.
# Without a strategy the environment's own; without a version what runs there now, anew. $PILOTHOUSE is the program.
# Exit codes: 0 completed, 1 failed, 2 usage, 3 rolled back, 4 waits for a gate, 5 time limit, 6 unreachable.
if [ $# -lt 1 ] || [ $# -gt 3 ] || [ "${1#-}" != "$1" ]; then
  echo "usage: deploy.sh <environment> [rolling|blue-green|canary] [version]" >&2
  exit 2
fi
exec "${PILOTHOUSE:-$("$(dirname "$0")/program.sh")}" deploy "$1" ${2:+--strategy "$2"} ${3:+--version "$3"} --wait
