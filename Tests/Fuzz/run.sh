#!/bin/sh
# Build the fuzzers and run each for so many seconds: run.sh [FUZZ_SECONDS] [FUZZER…]
# With LFCONV_SANITIZE=fuzzer,address in the environment memory is checked too.
set -eu
cd "$(dirname "$0")"
fuzz_seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- SafetensorsFuzzer ZipFuzzer PickleFuzzer IndexFuzzer ConfigFuzzer \
  ContainerFuzzer LiteralsFuzzer TokenizerFuzzer TextFuzzer CaseFuzzer FolderFuzzer
build=.build/${LFCONV_SANITIZE:-fuzzer}
swift build -c release --scratch-path "$build"
python3 seeds.py
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
# In memory, where there is a place for it.
LFCONV_FUZZ_FOLDER=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
export LFCONV_FUZZ_FOLDER
trap 'rm -rf "$LFCONV_FUZZ_FOLDER"' EXIT
for fuzzer; do
  case $fuzzer in Zip*|Pickle*) words=pickle.dict;; *) words=json.dict;; esac
  mkdir -p ".build/found/$fuzzer" ".build/corpus/$fuzzer" ".build/seeds/$fuzzer"
  echo "$fuzzer: $fuzz_seconds seconds"
  "$build/release/$fuzzer" -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=1024 -max_len=40000 \
    -dict="$words" -artifact_prefix=".build/found/$fuzzer/" -print_final_stats=1 \
    ".build/corpus/$fuzzer" ".build/seeds/$fuzzer" >".build/found/$fuzzer.log" 2>&1 \
    || { tail -30 ".build/found/$fuzzer.log"; echo "$fuzzer: a finding in Tests/Fuzz/.build/found/$fuzzer"; exit 1; }
  grep -E 'stat::number_of_executed_units|cov:' ".build/found/$fuzzer.log" | tail -2
done
