#!/bin/sh
# Builds and runs the tests of CKernels, and of the container's codec, here and,
# where a cross compiler and an emulator are installed, for 64-bit ARM; the results
# must be the same bits. The other C code is compiled for 64-bit ARM only.
#
# Usage: run.sh [bench]. CC: the compiler; by default clang, else gcc.
# Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources="$here/../../Sources"
kernels="$sources/CKernels"
codec="$sources/CContainer/codec"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests="kernels_test.c functions_test.c products_test.c attention_test.c container_test.c kernels_wide.c"

if [ -z "${CC:-}" ]; then
  for candidate in clang /opt/swift/usr/bin/clang gcc; do
    if command -v "$candidate" >/dev/null; then CC=$candidate; break; fi
  done
fi

# build <output> <compiler and target...>
build() {
  output=$1
  shift
  objects=
  for source in "$kernels"/*.c "$codec"/*.c $(for t in $tests; do echo "$here/$t"; done); do
    object="$work/$(basename "$source" .c).o"
    "$@" -std=gnu17 -O2 -g -Wall -Wextra -Wno-psabi -Wno-unknown-pragmas -ffp-contract=off \
      -I"$kernels" -I"$kernels/include" -I"$sources/CContainer/include" -c "$source" -o "$object"
    objects="$objects $object"
  done
  # shellcheck disable=SC2086
  "$@" ${link:-} -o "$output" $objects -lm -lpthread
}

if [ "${1:-}" = bench ]; then
  shift
  tests=bench.c
  build "$work/bench" "$CC" -O3
  exec "$work/bench" "$@"
fi

build "$work/native" "$CC"
status=0
# One processor each: this one's tests beside the emulator's.
"$work/native" >"$work/own.txt" 2>&1 &
own=$!

# Waits for this processor's tests, tells what they said, and ends.
finish() {
  wait "$own" || status=1
  echo "== native, $CC"
  cat "$work/own.txt"
  exit $status
}

arm=
if [ "$(uname -m)" != aarch64 ] && command -v qemu-aarch64 >/dev/null; then
  link="-static"
  toolchain=$(ls -d /usr/lib/gcc-cross/aarch64-linux-gnu/* 2>/dev/null | head -1)
  case "$("$CC" --version)" in
  *clang*)
    if [ -n "$toolchain" ] && build "$work/arm" "$CC" --target=aarch64-linux-gnu \
      --sysroot=/usr/aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include \
      -B"$toolchain" -L"$toolchain" -L/usr/aarch64-linux-gnu/lib -fuse-ld=lld \
      -Wno-unused-command-line-argument 2>"$work/log"; then
      arm="$CC"
    fi ;;
  esac
  if [ -z "$arm" ] && command -v aarch64-linux-gnu-gcc >/dev/null; then
    build "$work/arm" aarch64-linux-gnu-gcc && arm=aarch64-linux-gnu-gcc
  fi
fi
if [ -z "$arm" ]; then
  echo "== 64-bit ARM: SKIPPED, no cross compiler or no qemu-aarch64"
  finish
fi
if command -v aarch64-linux-gnu-gcc >/dev/null; then
  # These two libraries' headers are the same for all processors.
  for header in xxhash.h protobuf-c; do
    [ ! -e "/usr/include/$header" ] || cp -R "/usr/include/$header" "$work/"
  done
  others="$sources/CPlatform/*.c"
  [ ! -e "$work/xxhash.h" ] || others="$others $sources/CContainer/hash/*.c"
  [ ! -e "$work/protobuf-c" ] || others="$others $sources/CContainer/index/*.c"
  for source in $others; do
    aarch64-linux-gnu-gcc -std=gnu11 -O2 -Wall -Wextra -Werror -I"$work" \
      -I"$sources/CPlatform/include" -I"$sources/CContainer/include" -c "$source" -o "$work/other.o"
  done
  echo "== compiled for 64-bit ARM without a warning: the rest of the C code"
fi
echo "== 64-bit ARM under qemu-aarch64, $arm"
qemu-aarch64 "$work/arm" quick | tee "$work/arm.txt" || true
grep -q ' 0 failed$' "$work/arm.txt" || status=1
"$work/native" quick >"$work/native.txt" || true
if [ "$(grep digest "$work/arm.txt")" = "$(grep digest "$work/native.txt")" ]; then
  echo "== the same bits on both architectures"
else
  echo "== DIFFERENT bits: $(grep digest "$work/native.txt") natively"
  status=1
fi
finish
