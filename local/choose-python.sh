#!/bin/sh
# Prints the Python to set up with: the newest of 3.11 or later on the PATH, one that can make virtual
# environments before one that cannot.
best=''
for name in python3.15 python3.14 python3.13 python3.12 python3.11 python3 python; do
  command -v "$name" >/dev/null 2>&1 || continue
  "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  if "$name" -c 'import venv, ensurepip, ssl, ctypes' 2>/dev/null; then
    echo "$name"
    exit 0
  fi
  [ -n "$best" ] || best=$name
done
[ -n "$best" ] || { echo 'Hazir needs Python 3.11 or newer; install it and try again.' >&2; exit 1; }
echo "$best"
