// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Encode",
  dependencies: [.package(name: "lfconv", path: "../..")],
  targets: [
    .executableTarget(
      name: "Encode", dependencies: [.product(name: "LFConv", package: "lfconv")])
  ],
  swiftLanguageModes: [.v6]
)
