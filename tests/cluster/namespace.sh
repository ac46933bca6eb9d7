# namespace.sh: sourced by up.sh, down.sh and in.sh, which take the cluster's folder first.
#
# A cluster runs in a network, a mount and a process namespace of its own: its addresses and ports meet nobody else's, what it
# mounts below /run and elsewhere is seen by nobody else, and when the first process of the namespace ends, the kernel ends all
# others and takes the network and the mounts with them. That first process is the program `pause`; `holder` in the folder names it.
folder=$(realpath -m "${1:?"the first argument is the cluster's folder"}")
shift
cgroup=pilothouse-$(printf %s "$folder" | sha256sum | cut -c1-12)
PATH=$PATH:/usr/sbin:/sbin

# started_at PID: in ticks since the machine's start; fails when it does not run.
started_at() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- ${stat##*) }
  [[ $1 != Z ]] || return 1
  echo "${20}"
}

# The pid of the cluster's first process; fails when the cluster does not run.
holder() {
  local pid ticks boot
  read -r pid ticks boot 2>/dev/null <"$folder/holder" || return 1
  [[ $boot == "$(</proc/sys/kernel/random/boot_id)" && $(started_at "$pid") == "$ticks" ]] || return 1
  echo "$pid"
}

# inside COMMAND...: in all of its namespaces.
inside() { nsenter --target "$(holder)" --net --mount --pid -- "$@"; }

# The folder of this cluster's cgroups in each hierarchy; with cgroup v2 there is one.
cgroup_folders() {
  local hierarchy
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then echo "/sys/fs/cgroup/$cgroup"; return; fi
  for hierarchy in /sys/fs/cgroup/*/; do
    mountpoint -q "$hierarchy" && echo "$hierarchy$cgroup"
  done
}
