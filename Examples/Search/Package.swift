// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Search",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "lfconv", path: "../.."),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "Search",
      dependencies: [
        .product(name: "Longformer", package: "lfconv"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
