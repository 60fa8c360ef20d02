#!/bin/sh
# Lays out what an installation consists of, below a folder as below a prefix.
#
#   Packaging/stage.sh PROGRAM FOLDER
#
# PROGRAM is lfconv, built with the Swift library linked in. The manual and the
# completions are made by the program itself, so that they tell what it does.
set -eu
program=$1
folder=$2

rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/share/man/man1" "$folder/share/doc/lfconv" \
  "$folder/share/bash-completion/completions" "$folder/share/zsh/site-functions" \
  "$folder/share/fish/vendor_completions.d"
install -m 755 "$program" "$folder/bin/lfconv"
strip "$folder/bin/lfconv" 2>/dev/null || true
"$folder/bin/lfconv" generate-manual "$folder/share/man/man1"
"$folder/bin/lfconv" --generate-completion-script bash > "$folder/share/bash-completion/completions/lfconv"
"$folder/bin/lfconv" --generate-completion-script zsh > "$folder/share/zsh/site-functions/_lfconv"
"$folder/bin/lfconv" --generate-completion-script fish > "$folder/share/fish/vendor_completions.d/lfconv.fish"
cp LICENSE "$folder/share/doc/lfconv/copyright"
cp README.md CHANGELOG.md "$folder/share/doc/lfconv/"
# The mask of whoever builds is no matter of whoever installs.
find "$folder" -type d -exec chmod 755 {} +
find "$folder" -type f ! -path '*/bin/*' -exec chmod 644 {} +
