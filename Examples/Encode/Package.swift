// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Encode",
  dependencies: [.package(name: "lfconv", path: "../..")],
  targets: [
    .executableTarget(
      name: "Encode", dependencies: [.product(name: "Longformer", package: "lfconv")])
  ],
  swiftLanguageModes: [.v6]
)
