#!/usr/bin/env bash
# schemathesis.sh [examples]: starts the program that PILOTHOUSE_PROGRAM names and holds it to the document that it publishes:
# schemathesis sends what the document allows and what it forbids (here: up to 25 cases an operation and phase).
# Its packages come from PyPI once, into PILOTHOUSE_CACHE.
set -euo pipefail
cd "$(dirname "$0")"
wanted=$(sha256sum requirements.txt | cut -c1-12)
tools=${PILOTHOUSE_CACHE:-$HOME/.cache/pilothouse}/schemathesis-$wanted
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
  touch "$tools/complete"
fi
exec "$tools/bin/python" document_test.py "$tools/bin" "${1:-25}"
