#!/usr/bin/env bash
# in.sh FOLDER COMMAND...: runs a command in the cluster's network, with KUBECONFIG set to the administrator's. Files and processes
# are those of the machine; with IN=all they are the cluster's, too.
set -euo pipefail
source "$(dirname "$0")/namespace.sh"
pid=$(holder) || { echo "no cluster runs in $folder" >&2; exit 1; }
export KUBECONFIG=$folder/kubeconfig/admin PATH=$folder/bin:$PATH
if [[ ${IN:-} == all ]]; then exec nsenter --target "$pid" --net --mount --pid -- "$@"; fi
exec nsenter --target "$pid" --net -- "$@"
