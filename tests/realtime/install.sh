#!/usr/bin/env bash
# install.sh: makes a folder with a copy of these programs, the packages they need and the `node` that runs them, and prints
# its name. Who asked for it removes it. The packages themselves stay in the cache folder (PILOTHOUSE_CACHE), one folder for each lock file.
set -euo pipefail
cd "$(dirname "$0")"

PATH=$(../../scripts/web.sh node):$PATH  # a system's own may be too old
cache=${PILOTHOUSE_CACHE:-$HOME/.cache/pilothouse}/tests
lock=$(cat package.json package-lock.json | sha256sum | cut -c1-12)
packages=$cache/realtime-$lock
mkdir -p "$cache"

# Installed under another name and then moved, so that a folder of the right name is always complete.
if [[ ! -e $packages/node_modules ]]; then
  fresh=$(mktemp -d "$cache/realtime-install.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  cp package.json package-lock.json .npmrc "$fresh"
  (cd "$fresh" && npm ci --no-audit --no-fund --loglevel=error >&2)
  [[ -e $fresh/node_modules/socket.io/package.json ]]
  # Two that install at once: the second finds the folder there, which is as good.
  mv -T "$fresh" "$packages" 2>/dev/null || [[ -e $packages/node_modules ]]
fi

run=$(mktemp -d "$packages/run.XXXXXX")
cp ./*.mjs "$run"
ln -s "$(command -v node)" "$run/node"
echo "$run"
