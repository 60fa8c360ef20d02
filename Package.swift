// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: Swift 6 mode with memory safety checked by
/// the compiler, so that each unsafe operation is marked where it stands.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// SwiftPM compiles C at -O0 in debug builds, where kernels would be fifty
/// times slower and every test with them.
///
/// With `LFCONV_SANITIZE_C=undefined` undefined behaviour ends the program. It
/// needs `--sanitize=address`, whose run-time library has what both report
/// through (`make sanitize`).
let kernel: [CSetting] = [
  .unsafeFlags(
    ["-O3", "-std=c11", "-Wall", "-Wextra", "-Werror"]
      + (Context.environment["LFCONV_SANITIZE_C"].map {
        ["-fsanitize=" + $0, "-fno-sanitize-recover=" + $0]
      } ?? []))
]

let package = Package(
  name: "lfconv",
  products: [
    .executable(name: "lfconv", targets: ["lfconv"]),
    .library(
      name: "LFConv",
      targets: [
        "TensorCore", "FileIO", "Checkpoints", "ModelFamilies", "Container", "ReferenceModel",
        "Conversion", "Verification",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // System libraries and C code.
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"]), .brew(["protobuf-c"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
    .target(
      name: "CLFZIndex", dependencies: ["CProtobufC", "CXXHash"], cSettings: kernel),
    .target(name: "CKernels", cSettings: kernel),
    .target(name: "CPlatform", cSettings: kernel),

    // Swift, from the bottom up.
    .target(name: "TensorCore", swiftSettings: strict),
    .target(
      name: "FileIO",
      dependencies: [
        "TensorCore", "CPlatform",
        .target(name: "CCrypto", condition: .when(platforms: [.linux])),
      ],
      swiftSettings: strict),
    .target(name: "Checkpoints", dependencies: ["TensorCore", "FileIO"], swiftSettings: strict),
    .target(
      name: "ModelFamilies", dependencies: ["TensorCore"],
      resources: [
        .embedInCode("Families/roberta.json"),
        .embedInCode("Families/bert.json"),
        .embedInCode("Families/longformer.json"),
        .embedInCode("Families/fairseq-roberta.json"),
        .embedInCode("Families/unsupported.json"),
      ],
      swiftSettings: strict),
    .target(
      name: "Container",
      dependencies: ["TensorCore", "FileIO", "CZstd", "CXXHash", "CProtobufC", "CLFZIndex"],
      swiftSettings: strict),
    .target(
      name: "ReferenceModel",
      dependencies: [
        "TensorCore", "ModelFamilies", "CKernels",
        .target(name: "COneDNN", condition: .when(platforms: [.linux])),
      ],
      swiftSettings: strict),
    .target(
      name: "Conversion",
      dependencies: [
        "TensorCore", "FileIO", "Checkpoints", "Container", "ModelFamilies", "ReferenceModel",
      ],
      swiftSettings: strict),
    .target(
      name: "Verification",
      dependencies: [
        "TensorCore", "FileIO", "Checkpoints", "Container", "ModelFamilies", "ReferenceModel",
        "Conversion",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "lfconv",
      dependencies: [
        "TensorCore", "FileIO", "ModelFamilies", "Checkpoints", "Container", "Conversion",
        "Verification",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // One test target a source target, and what they share.
    .target(name: "TestSupport", path: "Tests/Support"),
    .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore"]),
    .testTarget(name: "FileIOTests", dependencies: ["FileIO", "TensorCore", "TestSupport"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: ["Checkpoints", "FileIO", "TensorCore", "TestSupport"]),
    .testTarget(name: "ModelFamiliesTests", dependencies: ["ModelFamilies", "TensorCore"]),
    .testTarget(
      name: "ContainerTests", dependencies: ["Container", "FileIO", "TensorCore", "TestSupport"],
      exclude: ["decode_lfz.py"]),
    .testTarget(
      name: "ReferenceModelTests",
      dependencies: ["ReferenceModel", "ModelFamilies", "TensorCore", "CKernels"]),
    .testTarget(
      name: "ConversionTests",
      dependencies: [
        "Conversion", "Checkpoints", "Container", "ModelFamilies", "ReferenceModel", "FileIO",
        "TensorCore", "TestSupport",
      ]),
    .testTarget(
      name: "VerificationTests",
      dependencies: [
        "Verification", "Conversion", "Checkpoints", "FileIO", "TensorCore", "TestSupport",
      ]),
    .testTarget(name: "lfconvTests", dependencies: ["lfconv", "TensorCore", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
