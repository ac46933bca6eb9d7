#!/bin/sh
# blue-green.sh <environment> [version]: scripts/deploy.sh with this strategy.
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ "${1#-}" != "$1" ]; then
  echo "usage: blue-green.sh <environment> [version]" >&2
  exit 2
fi
exec "$(dirname "$0")/../scripts/deploy.sh" "$1" blue-green ${2:+"$2"}
