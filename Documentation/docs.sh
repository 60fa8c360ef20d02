#!/usr/bin/env bash
# Makes the pages of the library Longformer with DocC, in .build/docs.
#
#   Documentation/docs.sh [swift]
#
# Whatever DocC warns of is an error: links that lead nowhere, parameters without a word about them.
set -euo pipefail
swift=${1:-swift}
cd "$(dirname "$0")/.."

"$swift" build --target Longformer
modules=$("$swift" build --show-bin-path)
graphs=.build/symbol-graphs
rm -rf "$graphs" .build/docs
mkdir -p "$graphs"
includes=(-I "$modules/Modules")
for library in CZstd CProtobufC CXXHash CCrypto; do includes+=(-I "Sources/$library"); done
for target in CPlatform CContainer CKernels; do
  includes+=(-Xcc "-fmodule-map-file=$modules/$target.build/module.modulemap")
done
"$swift" symbolgraph-extract -module-name Longformer "${includes[@]}" -minimum-access-level public \
  -target "$("$swift" -print-target-info | sed -n 's/^ *"unversionedTriple": "\(.*\)",*$/\1/p' | head -1)" \
  -skip-synthesized-members -output-dir "$graphs"
docc=$(dirname "$(readlink -f "$(command -v "$swift")")")/docc
"$docc" convert Sources/Longformer/Longformer.docc --additional-symbol-graph-dir "$graphs" \
  --fallback-display-name Longformer --fallback-bundle-identifier lfconv.Longformer \
  --warnings-as-errors --output-dir .build/docs
echo "docs: open .build/docs through a server: python3 -m http.server --directory .build/docs,"
echo "docs: then http://localhost:8000/documentation/longformer"
