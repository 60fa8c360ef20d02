// swift-tools-version: 6.2
import PackageDescription

/// The program that `Benchmarks/text.py` measures.
let package = Package(
  name: "TokenizerBenchmark",
  dependencies: [.package(name: "lfconv", path: "../..")],
  targets: [
    .executableTarget(
      name: "TokenizerBenchmark",
      dependencies: [.product(name: "Longformer", package: "lfconv")])
  ]
)
