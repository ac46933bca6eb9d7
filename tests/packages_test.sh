#!/usr/bin/env bash
# Without apt-get, scripts/packages.sh names exactly what is missing, and changes nothing.
set -euo pipefail
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for tool in bash env grep printf cat; do ln -s "$(command -v $tool)" "$tools/$tool"; done
# A double: of all packages only two are not there.
cat >"$tools/dpkg-query" <<'END'
#!/bin/bash
case ${!#} in mold | haproxy) exit 1 ;; *) echo "install ok installed" ;; esac
END
chmod +x "$tools/dpkg-query"
said=$(PATH=$tools bash "$(dirname "$0")/../scripts/packages.sh" run 2>&1) && { echo "it did not fail"; exit 1; }
wanted='These Debian packages are missing, and there is no apt-get to install them with:
  mold
  haproxy'
[[ $said == "$wanted" ]] || { echo "it said: $said"; exit 1; }
echo "it names them"
