#!/usr/bin/env bash
# Runs the tests under the thread sanitizer, with the programs that they start:
#
#   run.sh [OPTIONS OF swift test…]
#
# Fails when a test does, and when anything is reported. Left out are the tests that
# measure or limit a process's memory or the size of its files, for the sanitizer
# takes terabytes of addresses and keeps files of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=.build-tsan
reports=$PWD/$build/reports
without='SmallInputTests|LimitTests/(addressSpace|carriedFiles|largeInputs)|BenchTests/size|InspectTests/memory'
without+='|StreamTests/after|TemporaryFileTests/fullDisk'

# Swift's calling convention needs clang, which comes with the toolchain.
clang=$(command -v clang || echo "$(dirname "$(readlink -f "$(command -v swift)")")/clang")
mkdir -p "$build"
"$clang" -O2 -Wall -Wextra -fPIC -shared Tests/Threads/locks.c -o "$build/locks.so"

rm -rf "$reports"
mkdir -p "$reports"
# watched <name> <command…>: its reports go to files of that name.
watched() {
  local name=$1
  shift
  LD_PRELOAD=$PWD/$build/locks.so TSAN_OPTIONS="log_path=$reports/$name exitcode=0" "$@"
}
count() { find "$reports" -name "$1.*" -exec cat {} + | grep -c 'WARNING: ThreadSanitizer' || true; }

swiftc -O -sanitize=thread Tests/Threads/canary.swift -o "$build/canary"
watched guarded "$build/canary" guarded >/dev/null
watched unguarded "$build/canary" >/dev/null
if [ "$(count guarded)" != 0 ] || [ "$(count unguarded)" = 0 ]; then
  echo "threads: $(count guarded) reports about what a lock keeps, $(count unguarded) about what nothing keeps;" \
    "locks.c does not fit this toolchain" >&2
  exit 1
fi

# Optimised, as every access to memory takes several times as long.
export LFCONV_SANITIZE=thread
options=(-c release -Xswiftc -enable-testing --sanitize=thread --scratch-path "$build")
swift build --build-tests "${options[@]}"
status=0
watched tests swift test --skip-build "${options[@]}" --skip "$without" "$@" || status=$?
found=$(count tests)
echo "threads: $found reports in $build/reports"
[ "$found" = 0 ] && exit "$status"
find "$reports" -name 'tests.*' -exec cat {} + | grep '^SUMMARY' | sort | uniq -c | sort -rn | head -40
exit 1
