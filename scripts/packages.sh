#!/usr/bin/env bash
# packages.sh run|test|ci|style|bench|cluster: installs what is missing from Debian, and says so first. Servers that come with a
# package are not started by its installation. Without apt it names exactly what is missing.
set -euo pipefail

run=(cmake ninja-build g++ ccache mold pkg-config libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsoci-dev
     libsqlite3-dev libpq-dev libsodium-dev libfyaml-dev libspdlog-dev libfmt-dev libcli11-dev libssl-dev zlib1g-dev prometheus-cpp-dev
     haproxy nodejs npm)
test=("${run[@]}" libgtest-dev nginx-light postgresql-15 faketime util-linux python3 python3-venv
      curl git chromium)
ci=("${test[@]}" clang-19 libclang-rt-19-dev)
style=("${run[@]}" libgtest-dev clang-19 clang-format-19 clang-tidy-19)
bench=("${test[@]}" wrk)
cluster=("${run[@]}" nginx-light util-linux procps python3 python3-venv curl openssl iproute2 iptables nftables conntrack runc
         containernetworking-plugins prometheus)

declare -n wanted=${1:?"usage: packages.sh run|test|ci|style|bench|cluster"}
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
# Another Node than Debian's is as good (scripts/web.sh looks at its version).
command -v node >/dev/null && command -v npm >/dev/null && missing=($(printf '%s\n' "${missing[@]}" | grep -vx -e nodejs -e npm || true))
[[ ${#missing[@]} == 0 ]] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "These Debian packages are missing, and there is no apt-get to install them with:" >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi
echo "Installing from Debian: ${missing[*]}"
as_root=()
[[ $(id -u) == 0 ]] || as_root=(sudo)
# policy-rc.d is Debian's own way to say that installing must not start anything.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
  "${as_root[@]}" chmod +x $policy
  trap '"${as_root[@]}" rm -f $policy' EXIT
fi
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
