#!/usr/bin/env bash
# down.sh FOLDER: ends the cluster and removes the folder. Harmless when there is none.
set -euo pipefail
source "$(dirname "$0")/namespace.sh"
[[ -e $folder/holder ]] || exit 0

if pid=$(holder); then
  kill -KILL "$pid"
  for ((i = 0; i < 300; ++i)); do
    [[ -e /proc/$pid ]] || break
    sleep 0.1
  done
  [[ ! -e /proc/$pid ]] || { echo "process $pid of the cluster does not end" >&2; exit 1; }
fi
for cgroup_folder in $(cgroup_folders); do
  [[ ! -d $cgroup_folder ]] || find "$cgroup_folder" -depth -type d -exec rmdir {} +
done
rm -rf "$folder"
