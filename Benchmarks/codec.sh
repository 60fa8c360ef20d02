#!/bin/sh
# Measures what the container's own codec gains over the libraries it could be left to.
#
#   Benchmarks/codec.sh FOLDER [ROUNDS]
#   Benchmarks/codec.sh --programs LFCONV OTHER_LFCONV FOLDER [ROUNDS]
#
# The first form measures parts on one thread (codec.c says which). The second converts the model and checks the
# result with two builds of lfconv in turn, on one thread, and prints medians in seconds: for a change whose gain in
# a whole run is in question. FOLDER holds config.json and model.safetensors in float32, for instance MiniLM's, which
# "make fetch" puts under .build/real-checkpoints/minilm. OPTIONS in the environment are given to convert.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ "${1:-}" = --programs ]; then
  first=$2 second=$3 model=$4 rounds=${5:-15}
  # In memory, so that no disk is measured.
  mkdir "$folder/model"
  cp "$model/config.json" "$model/model.safetensors" "$folder/model"
  cd "$folder"
  run() { # NAME COMMAND…: append the seconds of a command to NAME.
    name=$1
    shift
    start=$(date +%s.%N)
    "$@" > /dev/null
    date +%s.%N | awk -v start="$start" '{ printf "%.4f\n", $1 - start }' >> "$name"
  }
  for round in $(seq 0 "$rounds"); do
    for side in first second; do
      eval "lfconv=\$$side"
      rm -f out.lfz
      run "$side-convert" "$lfconv" convert model -o out.lfz --threads 1 --quiet ${OPTIONS:-}
      run "$side-check" "$lfconv" check out.lfz --threads 1 --quiet
    done
    # The first round only warms up.
    [ "$round" -gt 0 ] || rm -f first-* second-*
  done
  for what in convert check; do
    for side in first second; do
      eval "lfconv=\$$side"
      seconds=$(sort -n "$side-$what" | sed -n "$(((rounds + 1) / 2))p")
      echo "$what: $seconds s by $lfconv"
    done
  done
  exit
fi
[ $# -gt 0 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 64; }
# Clang: the container's vector code is written for it, and gcc's is slower.
"${CC:-clang}" -O3 -std=gnu11 -Wall -Wextra -I"$here/../Sources/CContainer/include" "$here/codec.c" \
  "$here"/../Sources/CContainer/codec/*.c "$here/../Sources/CContainer/hash/lfz_hash.c" -lzstd -lxxhash -o "$folder/codec"
"$folder/codec" "$1/model.safetensors" ${2:-}
