#!/usr/bin/env bash
# Installs what `make stage` laid out below a prefix of its own, uses it from
# there, and removes it again; then what the Debian package holds, unpacked; then
# the package in fresh systems without a toolchain, where debootstrap can make them.
#
#   Tests/Install/run.sh STAGE PACKAGE [SUITE…]
#
# SUITE is a release of Debian that the package is installed in, as bookworm;
# DEBIAN_MIRROR in the environment says where debootstrap finds it.
set -euo pipefail
cd "$(dirname "$0")/../.."
stage=$1
package=$2
shift 2

work=$(mktemp -d)
mounted=""
# A mounted /proc must be gone before its folder is removed.
clean_up() {
  [ -z "$mounted" ] || umount "$mounted"
  rm -rf "$work"
}
trap clean_up EXIT
fail() {
  echo "install: $1" >&2
  exit 1
}
golden=Golden/cases/pad-zero

echo "install: below a prefix, and away again"
prefix="$work/prefix"
Packaging/install.sh install "$stage" "$prefix" >/dev/null
program="$prefix/bin/lfconv"
# Nothing of a toolchain is in reach.
clean() { env -i PATH=/usr/bin:/bin HOME="$work" LANG=C.UTF-8 "$@"; }
clean "$program" --version | grep -x 'lfconv [0-9]*\.[0-9]*\.[0-9]*' >/dev/null || fail "no version"
clean "$program" verify "$golden" | grep -x '1 passed, 0 failed' >/dev/null || fail "verify does not run"
! ldd "$program" | grep -q 'libswift\|libFoundation\|not found' || fail "the Swift library is not linked in"
for page in lfconv lfconv-inspect lfconv-golden-record lfconv-roberta-to-longformer; do
  [ -s "$prefix/share/man/man1/$page.1" ] || fail "no page $page"
done
if command -v man >/dev/null 2>&1; then
  for page in "$prefix"/share/man/man1/*.1; do
    warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ= man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "$page: $warnings"
    text=$(LC_ALL=C.UTF-8 man -E UTF-8 -l "$page" 2>/dev/null | col -b)
    grep -q 'NAME' <<<"$text" && grep -q 'SYNOPSIS' <<<"$text" || fail "$page has no sections"
  done
  # What help shows, the page shows.
  text=$(LC_ALL=C.UTF-8 MANWIDTH=200 man -E UTF-8 -l "$prefix/share/man/man1/lfconv-verify.1" 2>/dev/null | col -b)
  for option in $("$program" verify --help | grep -o '^  -[a-z-].*' | grep -o -- '--[a-z-]*' | grep -v -- '^--help\|^--version' | sort -u); do
    grep -q -- "$option" <<<"$text" || fail "the page of verify lacks $option"
  done
fi
[ -s "$prefix/share/bash-completion/completions/lfconv" ] || fail "no completion for bash"
[ -s "$prefix/share/zsh/site-functions/_lfconv" ] || fail "no completion for zsh"
[ -s "$prefix/share/fish/vendor_completions.d/lfconv.fish" ] || fail "no completion for fish"
echo keep > "$prefix/share/man/man1/other.1"
Packaging/install.sh uninstall "$stage" "$prefix" >/dev/null
[ "$(cd "$prefix" && find . -type f)" = ./share/man/man1/other.1 ] || fail "uninstall left or removed too much"

echo "install: the package $(basename "$package")"
for library in libc6 libzstd1 libprotobuf-c1 libxxhash0 libssl3; do
  dpkg-deb --field "$package" Depends | grep -q "$library" || fail "the package does not depend on $library"
done
unpacked="$work/unpacked"
dpkg-deb --extract "$package" "$unpacked"
clean "$unpacked/usr/bin/lfconv" verify "$golden" | grep -x '1 passed, 0 failed' >/dev/null \
  || fail "verify does not run from the package"
for file in man/man1/lfconv.1.gz bash-completion/completions/lfconv zsh/vendor-completions/_lfconv \
  fish/vendor_completions.d/lfconv.fish doc/lfconv/copyright; do
  [ -s "$unpacked/usr/share/$file" ] || fail "the package has no $file"
done
for suite; do
  if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null 2>&1; then
    echo "install: left out: a fresh $suite takes root and debootstrap"
    continue
  fi
  root="$work/$suite"
  debootstrap --variant=minbase "$suite" "$root" ${DEBIAN_MIRROR:-} >"$work/debootstrap.log" 2>&1 \
    || { tail -5 "$work/debootstrap.log" >&2; fail "no fresh $suite"; }
  cp "$package" "$root/tmp/lfconv.deb"
  cp -R "$golden" "$root/tmp/case"
  for file in /etc/apt/apt.conf.d/*proxy*; do [ -e "$file" ] && cp "$file" "$root/etc/apt/apt.conf.d/"; done
  chroot "$root" sh -c 'apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /tmp/lfconv.deb >/tmp/apt.log 2>&1 || { tail -5 /tmp/apt.log; exit 1; }' \
    || fail "$suite: the package cannot be installed"
  # Swift reads the arguments of a program there.
  mount -t proc proc "$root/proc" && mounted="$root/proc"
  chroot "$root" sh -c 'command -v swift' >/dev/null && fail "$suite has a toolchain"
  chroot "$root" env LANG=C.UTF-8 lfconv verify /tmp/case | grep -x '1 passed, 0 failed' >/dev/null \
    || fail "$suite: verify does not run"
  chroot "$root" env LANG=C.UTF-8 lfconv --version | sed "s/^/install: $suite: /"
  chroot "$root" apt-get remove -y -q lfconv >/dev/null 2>&1 || fail "$suite: it cannot be removed"
  [ ! -e "$root/usr/bin/lfconv" ] || fail "$suite: it is still there"
  umount "$mounted" && mounted=""
done
echo "install: as it should be"
