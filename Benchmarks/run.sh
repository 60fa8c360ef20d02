#!/bin/sh
# Measures the container, the forward pass or texts to vectors against other tools and prints the tables.
#
#   Benchmarks/run.sh path/to/lfconv container|forward|encode [OPTION …]
#
# Options are those of container.py, forward.py and encode.py; --readme README.md also writes the tables into that file.
set -eu
lfconv=$1
what=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
build="$here/../.build"
venv="$build/benchmark-venv"
if ! command -v python3 >/dev/null 2>&1; then
  echo "bench: python3 is missing; 'make setup' installs it on Debian" >&2
  exit 1
fi
mkdir -p "$build"
cat "$here/../Golden/tools/requirements.txt" "$here/requirements.txt" > "$build/benchmark-requirements.txt"
if ! cmp -s "$build/benchmark-requirements.txt" "$venv/installed"; then
  echo "bench: installing PyTorch, OpenVINO and others from the Python package index into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$build/benchmark-requirements.txt"
  cp "$build/benchmark-requirements.txt" "$venv/installed"
fi
if [ "$what" != container ]; then
  exec "$venv/bin/python" "$here/$what.py" --lfconv "$lfconv" "$@"
fi
weights="$build/real-checkpoints/minilm"
"$here/../Golden/tools/fetch-real.sh" "$weights" minilm
exec "$venv/bin/python" "$here/container.py" --lfconv "$lfconv" --weights "$weights" "$@"
