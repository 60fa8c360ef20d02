#!/bin/sh
# Makes a Debian package of a staged installation.
#
#   Packaging/deb.sh STAGE FOLDER
#
# What the package depends on is read from the program: the libraries that it was
# linked with, in the versions whose symbols it uses (dpkg-shlibdeps).
set -eu
stage=$1
target=$2

for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null 2>&1 || {
    echo "deb: $tool is missing; it comes with the Debian package dpkg-dev" >&2
    exit 1
  }
done
version=$("$stage/bin/lfconv" --version | sed -n '1s/^lfconv //p')
architecture=$(dpkg --print-architecture)
# The same input gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
root="$work/lfconv"
mkdir -p "$root/DEBIAN" "$root/usr" "$work/debian"
cp -R "$stage/." "$root/usr/"
# Where Debian has zsh look for what packages bring.
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_lfconv" "$root/usr/share/zsh/vendor-completions/_lfconv"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9n "$root"/usr/share/man/man1/*.1 "$root/usr/share/doc/lfconv/CHANGELOG.md"
: > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O lfconv/usr/bin/lfconv | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || {
  echo "deb: dpkg-shlibdeps found no dependencies" >&2
  exit 1
}
size=$(du -ks "$root/usr" | cut -f1)
cat > "$root/DEBIAN/control" <<CONTROL
Package: lfconv
Version: $version
Architecture: $architecture
Maintainer: ${DEB_MAINTAINER:-lfconv <lfconv@localhost>}
Installed-Size: $size
Depends: $depends
Section: science
Priority: optional
Description: turns RoBERTa checkpoints into Longformers, and proves the result
 Reads Hugging Face folders, safetensors, PyTorch pickles and fairseq checkpoints
 as data, converts RoBERTa and BERT into Longformers that read 4096 tokens and
 more, proves the result against the source, and verifies models against golden
 outputs.
CONTROL
mkdir -p "$target"
name="$target/lfconv_${version}_$architecture.deb"
dpkg-deb --root-owner-group --build "$root" "$name" >/dev/null
echo "$name depends on $depends"
