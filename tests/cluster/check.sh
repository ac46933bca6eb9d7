#!/usr/bin/env bash
# check.sh: says all that a cluster needs and this machine lacks, and fails if there is anything.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
missing=()

if [[ $(id -u) == 0 ]]; then
  unshare --net --mount --pid --fork true 2>/dev/null || missing+=("namespaces for networks, mounts and processes (unshare fails)")
  cgroups=(/sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup/pids)
  [[ ! -e /sys/fs/cgroup/cgroup.controllers ]] || cgroups=(/sys/fs/cgroup)
  for cgroup in "${cgroups[@]}"; do
    probe=$cgroup/pilothouse-check-$$
    { mkdir "$probe" && rmdir "$probe"; } 2>/dev/null || missing+=("a cgroup that can be written: $cgroup")
  done
else
  missing+=("root: networks, mounts and cgroups of its own are made")
fi
for program in go cc python3 apt-get dpkg curl openssl nsenter pgrep sysctl ip nft iptables conntrack runc prometheus nginx; do
  command -v "$program" >/dev/null || missing+=("the program $program")
done
go=$(go env GOVERSION 2>/dev/null || true)
[[ ! $go || $(printf '%s\n' go1.26 "$go" | sort --version-sort | head -n 1) == go1.26 ]] || missing+=("Go 1.26 or newer; there is $go")
[[ -x /usr/lib/cni/bridge ]] || missing+=("the network plugins in /usr/lib/cni")

[[ ${#missing[@]} == 0 ]] && exit 0
echo "A cluster cannot run on this machine. Missing (scripts/packages.sh cluster installs what Debian has; Go 1.26 is to be there):" >&2
printf '  %s\n' "${missing[@]}" >&2
exit 1
