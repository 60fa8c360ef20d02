#!/usr/bin/env bash
# Walks Documentation/train-on.md from its first command to its last, in .build/guide.
#
#   Examples/TrainOn/walk.sh path/to/lfconv [python3]
#
# With GUIDE_SHORT=1 it reads a part of the text and trains for three updates: every command runs, but the
# models learn nothing, so that their losses are not compared at the end. What was printed is left in .build/guide/log.
#
# Every command of the guide stands here behind `run`, word for word; Documentation/guide.py checks that.
set -euo pipefail

program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
python=${2:-python3}
cd "$(dirname "$0")/../.."
LFCONV=$PWD
environment=.build/interop-venv # that of make interop: their pinned versions agree
work=.build/guide

less_text=() less_training=()
if [ -n "${GUIDE_SHORT:-}" ]; then
  echo "guide: shortened: a part of the text, three updates for each training"
  less_text=(--files 120)
  less_training=(--updates 3)
fi

"$python" Documentation/guide.py check "$program"

rm -rf "$work"
mkdir -p "$work"
cd "$work"
ln -s "$LFCONV/$environment" venv
mkdir bin
ln -s "$program" bin/lfconv
PATH=$PWD/bin:$PATH
unset CI # golden record refuses to record in a pipeline, which is what this is

run() {
  printf '\n$ %s\n' "$*" | tee -a log
  "$@" 2>&1 | tee -a log
}

if [ ! -e venv/bin/python ]; then # make interop has made it before
  rm venv
  run "$python" -m venv venv
fi
run venv/bin/pip install --quiet -r "$LFCONV/Examples/TrainOn/requirements.txt"
. venv/bin/activate
run cp "$LFCONV"/Examples/TrainOn/*.py .

echo "guide: testing train_on.py"
OMP_NUM_THREADS=1 python -m unittest --quiet test_train_on # threads do not pay for models of two layers

run python text.py -o text "${less_text[@]}"
run python short_model.py --text text/train.txt -o short "${less_training[@]}"
run lfconv inspect short

run lfconv roberta-to-longformer short -o long --max-positions 1024 --attention-window 128
run mkdir golden
run lfconv golden record long --length 1024 --seed 1 -o golden/long
run lfconv verify golden/long --allow-outside
run python random_positions.py long -o random
run lfconv evaluate short random long --text text/held-out.txt

run lfconv tokenize long --text text/held-out.txt -o held-out.safetensors --quiet
run lfconv compare-attention long --inputs held-out.safetensors --attention full,window:32,window:64,window:128,window:256
run lfconv draw long -o pattern.svg

run python train_on.py long --text text/train.txt -o trained --updates 200 --batch 4 --rows-at-once 4 --learning-rate 3e-4 --estimate "${less_training[@]}"
run python train_on.py long --text text/train.txt -o trained --updates 200 --batch 4 --rows-at-once 4 --learning-rate 3e-4 "${less_training[@]}"

run lfconv inspect trained
run lfconv roberta-to-longformer trained -o final --reset-global-projections
run python stock.py final --text text/held-out.txt
run lfconv evaluate short long final --text text/held-out.txt

run python train_on.py long --text text/train.txt -o positions --only-new-positions --updates 200 --batch 4 --rows-at-once 4 --learning-rate 3e-4 "${less_training[@]}"
run python train_on.py short --text text/train.txt -o short-on --updates 200 --batch 32 --rows-at-once 32 --learning-rate 3e-4 "${less_training[@]}"
run lfconv evaluate short-on positions --text text/held-out.txt

run lfconv golden record final --length 1024 --seed 1 -o golden/final
run lfconv verify golden --exact --allow-outside

lfconv evaluate short short-on random long positions final --text text/held-out.txt --json > results.json
[ -n "${GUIDE_SHORT:-}" ] || python "$LFCONV/Documentation/guide.py" results results.json
