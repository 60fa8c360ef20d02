#!/bin/sh
# Holds results against stock Hugging Face classes, in a Python environment of
# its own with the pinned versions of Golden/requirements.txt.
#
#   Golden/interop.sh path/to/lfconv [python3]
#
# 1. The committed goldens regenerate to the same values.
# 2. Every golden conversion, written as a folder, loads with nothing missing
#    and nothing unexpected, and computes the expected outputs.
# 3. The same for a real checkpoint, and lfconv computes what it computes.
set -eu

lfconv=$1
python=${2:-python3}
here=$(cd "$(dirname "$0")" && pwd)
build="$here/../.build"
venv="$build/interop-venv"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! cmp -s "$here/requirements.txt" "$venv/installed"; then
  echo "interop: setting up $venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed"
fi
run="$venv/bin/python"

echo "interop: regenerating the goldens"
"$run" "$here/generate.py" --check

for file in "$here"/*/case.json; do
  folder=$(dirname "$file")
  name=$(basename "$folder")
  # Options of the conversion, from the case itself; nothing for native models.
  options=$("$run" - "$file" <<'PYTHON'
import json, sys

convert = json.load(open(sys.argv[1])).get("convert")
if convert:
    window = convert["attention_window"]
    windows = window if isinstance(window, list) else [window]
    words = ["--attention-window", ",".join(map(str, windows)), "--max-positions", convert["max_positions"]]
    dilation = convert.get("attention_dilation")
    if dilation is not None:
        words += ["--attention-dilation", ",".join(map(str, dilation if isinstance(dilation, list) else [dilation]))]
    print(*words)
PYTHON
)
  if [ -n "$options" ]; then
    # shellcheck disable=SC2086 # options are words
    "$lfconv" roberta-to-longformer "$folder/source" -o "$work/$name" --quiet $options
  else
    "$lfconv" convert "$folder/source" -o "$work/$name" --quiet
  fi
  code=0
  "$run" "$here/interop.py" --model "$work/$name" --case "$folder" > "$work/log" 2>&1 || code=$?
  case $code in
    0) echo "agrees   $name" ;;
    2) echo "skipped  $name: stock classes cannot run it" ;;
    *) cat "$work/log"; echo "DIFFERS  $name"; exit 1 ;;
  esac
done

real="$build/real-checkpoints/sapiens"
if "$here/fetch-real.sh" "$real"; then
  echo "interop: a real checkpoint, 700 tokens with 2 global ones"
  "$lfconv" roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens" --quiet \
    --attention-window 32,32,64,64 --max-positions 1000
  "$run" "$here/interop.py" --model "$work/sapiens" --make-case "$work/sapiens-case" \
    --length 700 --global 2 --source "$real/checkpoint_vh.pt" --windows 32 32 64 64
  "$run" "$here/interop.py" --model "$work/sapiens" --case "$work/sapiens-case"
  "$lfconv" verify "$work/sapiens-case" --verbose
else
  echo "interop: the real checkpoint is skipped: the package index cannot be reached"
fi
