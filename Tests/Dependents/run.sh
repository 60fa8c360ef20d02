#!/usr/bin/env bash
# A package of somebody else, with targets of its own called Container, FileIO
# and Verification, depends on a tagged copy of this one by URL: it must build,
# run the README's lines, and see no name of ours that it did not ask for.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git clone --quiet --no-local "$here" "$work/lfconv"
git -C "$work/lfconv" -c user.name=test -c user.email=test@localhost tag -f 99.0.0 >/dev/null

mkdir -p "$work/user/Sources/"{Container,FileIO,Verification,App}
cat >"$work/user/Package.swift" <<MANIFEST
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "user",
  dependencies: [.package(url: "file://$work/lfconv", exact: "99.0.0")],
  targets: [
    .target(name: "Container"), .target(name: "FileIO"), .target(name: "Verification"),
    .executableTarget(
      name: "App",
      dependencies: [
        "Container", "FileIO", "Verification",
        .product(name: "Longformer", package: "lfconv"),
      ]),
  ])
MANIFEST
for module in Container FileIO Verification; do
  echo "public enum $module { public static let name = \"my own $module\" }" \
    >"$work/user/Sources/$module/$module.swift"
done
cat >"$work/user/Sources/App/main.swift" <<'SWIFT'
import Container
import FileIO
import Longformer
import Verification

extension Int {
  // Ours had a property of this name, public, once.
  var byteText: String { "my own text" }
}

print(Container.name, FileIO.name, Verification.name, 3.byteText, separator: ", ")
let encoder = try TextEncoder(CommandLine.arguments[1])
let vectors = try encoder.encode(["a long text", "another"])
print("vectors", vectors.map(\.count))
let length = encoder.model.configuration.hiddenSize
let outputs = try encoder.model(EncoderInputs(batch: 1, length: 4, inputIDs: [0, 7, 9, 2]))
print("last_hidden_state", outputs["last_hidden_state"]?.shape == [1, 4, length])
SWIFT

# A small model with its tokenizer beside it.
cp -r "$here/Tests/LongformerTests/Goldens/sentence-bert" "$work/model"
cp "$here/Tests/LFTokenizersTests/Goldens/bert-uncased.json" "$work/model/tokenizer.json"
output=$(swift run --package-path "$work/user" --scratch-path "$work/build" App "$work/model")
echo "$output"
grep -q "my own Container, my own FileIO, my own Verification, my own text" <<<"$output"
grep -q "vectors \[32, 32\]" <<<"$output"
grep -q "last_hidden_state true" <<<"$output"
echo "dependents: a package with targets of the same names builds and runs"
