#!/bin/sh
# Compares results with stock Hugging Face classes, in a Python environment of
# its own with the pinned versions of Golden/tools/requirements.txt and of
# Examples/TrainOn/requirements.txt.
#
#   Golden/tools/interop.sh path/to/lfconv [python3]
#
# 1. The committed goldens regenerate to the same values.
# 2. Every golden conversion, written as a folder, loads with nothing missing
#    and nothing unexpected, and computes the expected outputs.
# 3. Tokenizers made of fairseq's dictionaries give fairseq's ids.
# 4. The same for a real checkpoint, and lfconv computes what it computes.
set -eu

lfconv=$1
python=${2:-python3}
here=$(cd "$(dirname "$0")" && pwd)
cases="$here/../cases"
build="$here/../../.build"
venv="$build/interop-venv"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v "$python" >/dev/null 2>&1; then
  echo "interop: $python is missing; 'make setup' installs python3 on Debian" >&2
  exit 1
fi
guide="$here/../../Examples/TrainOn/requirements.txt"
if ! cat "$here/requirements.txt" "$guide" | cmp -s - "$venv/installed"; then
  echo "interop: setting up $venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" -r "$guide"
  cat "$here/requirements.txt" "$guide" > "$venv/installed"
fi
run="$venv/bin/python"

echo "interop: regenerating the goldens"
"$run" "$here/generate.py" --check
"$run" "$here/activations.py" --check

echo "interop: converting every golden case into a folder"
mkdir "$work/models"
# A line for each case: its name, then the options of its conversion, if any.
"$run" - "$cases" > "$work/cases" <<'PYTHON'
import json, pathlib, sys

for path in sorted(pathlib.Path(sys.argv[1]).glob("*/case.json")):
    words = [path.parent.name]
    convert = json.loads(path.read_text()).get("convert")
    for option, key in (("window", "attention_window"), ("dilation", "attention_dilation")):
        value = (convert or {}).get(key)
        if value is not None:
            words += ["--attention-" + option, ",".join(map(str, value if isinstance(value, list) else [value]))]
    if convert:
        words += ["--max-positions", str(convert["max_positions"])]
    print(*words)
PYTHON
while read -r name options; do
  command=roberta-to-longformer
  [ -n "$options" ] || command=convert
  # shellcheck disable=SC2086 # options are words
  "$lfconv" $command "$cases/$name/source" -o "$work/models/$name" --quiet $options
done < "$work/cases"

echo "interop: loading them with stock classes"
"$run" "$here/interop.py" --models "$work/models" --cases "$cases"

echo "interop: tokenizers made of fairseq's dictionaries"
"$run" "$here/interop_tokenizers.py" --write "$work/fairseq"
for name in characters spaces bytes; do
  "$lfconv" roberta-to-longformer "$work/fairseq/$name" -o "$work/$name" --quiet --max-positions 40
  "$run" "$here/interop_tokenizers.py" --model "$work/$name" --source "$work/fairseq/$name"
done

real="$build/real-checkpoints/sapiens"
if "$here/fetch-real.sh" "$real"; then
  echo "interop: a real checkpoint, 700 tokens with 2 global ones"
  "$lfconv" roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens" --quiet \
    --attention-window 32,32,64,64 --max-positions 1000
  "$run" "$here/interop_tokenizers.py" --model "$work/sapiens" --source "$real"
  "$run" "$here/interop.py" --model "$work/sapiens" --make-case "$work/sapiens-case" \
    --length 700 --global 2 --source "$real/checkpoint_vh.pt" --windows 32 32 64 64
  "$run" "$here/interop.py" --model "$work/sapiens" --case "$work/sapiens-case"
  "$lfconv" verify "$work/sapiens-case" --verbose
  echo "interop: its masked-LM loss, and what new positions cost it"
  "$lfconv" convert "$real/checkpoint_vh.pt" -o "$work/sapiens-source" --quiet
  "$run" "$here/evaluation.py" compare "$lfconv" "$work/sapiens-source" "$work/sapiens"
  "$run" "$here/evaluation.py" positions "$lfconv" "$real"
  if [ -f "$build/real-checkpoints/antiberty/pytorch_model.bin" ]; then
    "$run" "$here/evaluation.py" compare "$lfconv" "$build/real-checkpoints/antiberty" --length 300
  fi
else
  echo "interop: the real checkpoint is skipped: it could not be fetched, for the reason given above"
fi
