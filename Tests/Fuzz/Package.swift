// swift-tools-version: 6.2
import PackageDescription

/// Everything that reads foreign bytes, built with coverage for libFuzzer.
///
/// The folders under `Sources` that are links are the package's own sources: a
/// nested package of its own keeps the sanitizer's flags out of every ordinary
/// build. `run.sh` builds and runs it.
/// `LFCONV_SANITIZE=fuzzer,address` adds checks of memory.
let sanitize = "-sanitize=" + (Context.environment["LFCONV_SANITIZE"] ?? "fuzzer")
let covered: [SwiftSetting] = [.unsafeFlags([sanitize])]

let fuzzers = ["SafetensorsFuzzer", "ZipFuzzer", "PickleFuzzer", "IndexFuzzer", "ConfigFuzzer"]

let package = Package(
  name: "Fuzz",
  targets: [
    .target(name: "CPlatform"),
    .target(name: "CFuzz"),
    .target(name: "TensorCore", swiftSettings: covered),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .target(
      name: "FileIO", dependencies: ["TensorCore", "CPlatform", "CCrypto"],
      swiftSettings: covered),
    .target(name: "Checkpoints", dependencies: ["TensorCore", "FileIO"], swiftSettings: covered),
    .target(
      name: "ModelFamilies", dependencies: ["TensorCore"],
      resources: [
        .embedInCode("Families/roberta.json"),
        .embedInCode("Families/bert.json"),
        .embedInCode("Families/longformer.json"),
        .embedInCode("Families/fairseq-roberta.json"),
        .embedInCode("Families/unsupported.json"),
      ],
      swiftSettings: covered),
    .target(
      name: "FuzzSupport", dependencies: ["CFuzz", "Checkpoints", "ModelFamilies", "TensorCore"],
      swiftSettings: covered),
  ]
    + fuzzers.map { name in
      .executableTarget(
        name: name, dependencies: ["FuzzSupport"],
        swiftSettings: [.unsafeFlags([sanitize, "-parse-as-library"])],
        linkerSettings: [.unsafeFlags([sanitize, "-use-ld=lld"])])
    },
  swiftLanguageModes: [.v6]
)
