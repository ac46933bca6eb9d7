#!/bin/sh
# Says which pilothouse the other scripts call: the ./pilothouse of the demo beside them if it is there, else the installed one.
root=$(cd "$(dirname "$0")/.." && pwd)
if [ -x "$root/pilothouse" ]; then echo "$root/pilothouse"; else echo pilothouse; fi
