#!/bin/sh
# health-check.sh <environment> [color]: exit code 0 when it is healthy, 1 when not, 2 usage, 6 unreachable.
# In a cluster the colors are the two Deployments; on a host blue is the stable version, green the one that is
# being brought. $PILOTHOUSE is the program.
if [ $# -lt 1 ] || [ $# -gt 2 ] || [ "${1#-}" != "$1" ]; then
  echo "usage: health-check.sh <environment> [blue|green]" >&2
  exit 2
fi
exec "${PILOTHOUSE:-$("$(dirname "$0")/program.sh")}" health "$1" ${2:+"$2"}
