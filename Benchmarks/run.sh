#!/bin/sh
# Measures the container or the forward pass against other tools and writes the tables of the README.
#
#   Benchmarks/run.sh path/to/lfconv container|forward [OPTION …]
#
# Options are those of container.py and forward.py.
set -eu
lfconv=$1
what=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
build="$here/../.build"
venv="$build/benchmark-venv"
cat "$here/../Golden/tools/requirements.txt" "$here/requirements.txt" > "$build/benchmark-requirements.txt"
if ! cmp -s "$build/benchmark-requirements.txt" "$venv/installed"; then
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$build/benchmark-requirements.txt"
  cp "$build/benchmark-requirements.txt" "$venv/installed"
fi
if [ "$what" = forward ]; then
  exec "$venv/bin/python" "$here/forward.py" --lfconv "$lfconv" --readme "$here/../README.md" "$@"
fi
weights="$build/real-checkpoints/minilm"
"$here/../Golden/tools/fetch-real.sh" "$weights" minilm
"$venv/bin/python" "$here/container.py" --lfconv "$lfconv" --weights "$weights" --readme "$here/../README.md" "$@"
