#!/usr/bin/env bash
# up.sh FOLDER [--without mesh]: starts a cluster of one node in the folder, which is to be new: control plane, node, Istio, Envoy
# Gateway, Prometheus. down.sh ends it. $PILOTHOUSE_PROGRAM is the program of the image demo-service.
#
# In the folder: kubeconfig/admin, log/NAME.log of each process, log/audit.log (every request to the API server), bin/.
set -euo pipefail
source "$(dirname "$0")/namespace.sh"
[[ -z ${PILOTHOUSE_PROGRAM:-} ]] || program=$(realpath "$PILOTHOUSE_PROGRAM")
cd "$(dirname "$0")"
: "${program:=$(realpath ../../build/server/src/pilothouse)}"
source control_plane.sh
source node.sh
source mesh.sh
source versions.sh

mesh=yes
case "$*" in
  "") ;;
  "--without mesh") mesh=no ;;
  *) echo "usage: up.sh FOLDER [--without mesh]" >&2; exit 2 ;;
esac
[[ ! -e $folder/holder ]] || { echo "there is a cluster in $folder: down.sh $folder ends it" >&2; exit 1; }
[[ $folder != /run/* ]] || { echo "the cluster has a /run of its own: choose another folder than $folder" >&2; exit 1; }
[[ -x $program ]] || { echo "$program is missing: make build, or set PILOTHOUSE_PROGRAM" >&2; exit 1; }
./check.sh
built=$(./build.sh)

# -- What the parts use.

say() { echo "$SECONDS s: $*"; }

# configure FILE [TO]: a file of config/ with this cluster's folder in it, in the folder's config/.
configure() {
  mkdir -p "$(dirname "$folder/config/${2:-$1}")"
  sed "s#@FOLDER@#$folder#g; s#@CGROUP@#$cgroup#g; s#@INGRESS@#${INGRESS:-}#g" "config/$1" >"$folder/config/${2:-$1}"
}

# start NAME COMMAND...: a process in the cluster's namespaces. Its pid, as the cluster sees it, stands in pids/NAME.
start() {
  inside sh -c 'setsid "$@" </dev/null >"$0.log" 2>&1 & echo $!' "$folder/log/$1" "${@:2}" >"$folder/pids/$1"
}

# wait_for NAME WHAT SECONDS COMMAND...: until the command succeeds; otherwise says what the process of the name logged last.
wait_for() {
  local name=$1 what=$2 end=$((SECONDS + $3)) why
  shift 3
  until "$@" >/dev/null 2>&1; do
    why=
    inside kill -0 "$(<"$folder/pids/$name")" 2>/dev/null || why="$name has ended"
    ((SECONDS < end)) || why="it takes too long"
    if [[ $why ]]; then
      echo "Not so far: $what; $why. Its last words ($folder/log/$name.log):" >&2
      tail -n 15 "$folder/log/$name.log" >&2
      return 1
    fi
    sleep 0.1
  done
  say "$what"
}

kubectl() { inside kubectl --kubeconfig "$folder/kubeconfig/admin" "$@"; }

# -- The namespaces.

make_namespaces() {
  local outer pid
  setsid unshare --net --mount --pid --fork --mount-proc --propagation private "$folder/bin/pause" </dev/null >/dev/null 2>&1 &
  outer=$!
  until pid=$(pgrep --parent $outer --exact pause); do
    kill -0 $outer || return 1
    sleep 0.02
  done
  echo "$pid $(started_at "$pid") $(</proc/sys/kernel/random/boot_id)" >"$folder/holder"
  inside sh -euc "$own_files"
  inside sh -euc "$own_network"
}

# A root folder of its own, in which the machine's files are seen, for what has fixed places and can be there once only: /run,
# /dev/shm, /certs, and what is new in /var. The kernel's settings that a kubelet changes are files here.
own_files='
mount -t tmpfs tmpfs /run
root=/run/root
mkdir $root
mount -t tmpfs tmpfs $root
mkdir $root/run $root/certs $root/before
for entry in /*; do
  if [ "$entry" = /run ]; then continue
  elif [ -L "$entry" ]; then cp -P "$entry" $root
  elif [ -d "$entry" ]; then mkdir -p "$root$entry"; mount --rbind "$entry" "$root$entry"
  fi
done
cd $root
pivot_root . before
umount -l before
rmdir before
mount -t tmpfs tmpfs /dev/shm
for place in /var/lib /var/log; do
  mkdir -p /run/own$place/upper /run/own$place/work
  mount -t overlay -o lowerdir=$place,upperdir=/run/own$place/upper,workdir=/run/own$place/work overlay $place
done
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  copy=/run/own/$(basename $setting)
  cat /proc/sys/$setting >$copy
  mount --bind $copy /proc/sys/$setting
done'

# The node stands on a bridge; the default route is what the API server and the kubelet look for their address with.
own_network='
ip link set lo up
ip link add node type bridge
ip address add 10.200.0.1/32 dev node
ip link set node up
ip route add default dev node
sysctl -qw net.ipv4.ip_forward=1'

# -- The cluster.

mkdir -p "$folder"/{config,kubeconfig,log,pids,pki}
ln -s "$built/bin" "$folder/bin"
PATH=$folder/bin:$PATH
make_namespaces
start_control_plane
if [[ $mesh == yes ]]; then
  make_kinds &  # takes as long as the node
  kinds=$!
fi
start_node
if [[ $mesh == yes ]]; then
  wait $kinds
  start_mesh
fi
say "the cluster is up: tests/cluster/in.sh $folder kubectl get nodes"
