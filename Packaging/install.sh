#!/bin/sh
# Copies a staged installation below a prefix, or removes it from there again.
#
#   Packaging/install.sh install|uninstall STAGE PREFIX
#
# Only files of the stage are written and removed; folders go when they are empty.
set -eu
action=$1
stage=$2
prefix=$3

files() { (cd "$stage" && find . -type f | sed 's,^\./,,' | sort); }

case $action in
  install)
    files | while IFS= read -r file; do
      mkdir -p "$prefix/$(dirname "$file")"
      # Beside, then moved: a program that runs is not written into.
      cp "$stage/$file" "$prefix/$file.new"
      mv -f "$prefix/$file.new" "$prefix/$file"
    done
    echo "installed $prefix/bin/lfconv, its manual, and completions for bash, zsh and fish"
    ;;
  uninstall)
    files | while IFS= read -r file; do
      rm -f "$prefix/$file"
      folder=$(dirname "$file")
      while [ "$folder" != . ] && rmdir "$prefix/$folder" 2>/dev/null; do folder=$(dirname "$folder"); done
    done
    echo "removed lfconv from $prefix"
    ;;
  *)
    echo "install: expected install or uninstall, found $action" >&2
    exit 64
    ;;
esac
