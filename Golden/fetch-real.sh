#!/bin/sh
# Fetches a real RoBERTa by name from the Python package index:
# sapiens 1.0.2 (MIT), checkpoint_vh.pt with its dict.txt.
#
#   Golden/fetch-real.sh FOLDER
#
# Does nothing when it is there already; exits 1 when it cannot be had.
set -eu

folder=$1
[ -f "$folder/checkpoint_vh.pt" ] && [ -f "$folder/dict.txt" ] && exit 0
command -v python3 >/dev/null 2>&1 || exit 1

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
python3 -m pip download --quiet --no-deps --disable-pip-version-check --retries 1 \
  --dest "$download" sapiens==1.0.2 >/dev/null 2>&1 || exit 1
mkdir -p "$folder"
python3 - "$download" "$folder" <<'PYTHON'
import glob, hashlib, os, sys, zipfile

EXPECTED = {
    "checkpoint_vh.pt": "43254666e9ac0d5aa8fc120f12ac02b6ff082cd1f107c389023c1b947f214825",
    "dict.txt": "8ff5c1d10c4e921ffb6c4ef6161e55880c1d9efb1c7c74fa3b39654470118dcd",
}
wheel = glob.glob(os.path.join(sys.argv[1], "*.whl"))[0]
with zipfile.ZipFile(wheel) as archive:
    for name, expected in EXPECTED.items():
        data = archive.read("sapiens/models/v1/" + name)
        if hashlib.sha256(data).hexdigest() != expected:
            sys.exit("fetch-real: " + name + " is not the file it was")
        with open(os.path.join(sys.argv[2], name), "wb") as file:
            file.write(data)
PYTHON
