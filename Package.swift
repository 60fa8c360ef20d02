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

/// For tests with asynchronous functions: optimising them for the thread sanitizer
/// (`Tests/Threads`) ends the compiler 6.3.
let asynchronous: [SwiftSetting] =
  Context.environment["LFCONV_SANITIZE"] == "thread" ? [.unsafeFlags(["-Onone"])] : []

let package = Package(
  name: "lfconv",
  products: [
    .executable(name: "lfconv", targets: ["lfconv"]),
    .library(
      name: "Longformer",
      targets: [
        "Longformer", "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies",
        "LFTokenizers", "LFModels", "LFEncoder", "LFConversion", "LFVerification", "LFTools",
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
    .target(name: "CPlatform", cSettings: kernel),
    .target(
      name: "CContainer", dependencies: ["CProtobufC", "CXXHash"], cSettings: kernel),
    .target(name: "CKernels", cSettings: kernel),

    .plugin(name: "EmbedFamilies", capability: .buildTool()),

    // Swift, from the bottom up; Specs/architecture.md says what each is for.
    .target(name: "LFCore", dependencies: ["CPlatform"], swiftSettings: strict),
    .target(
      name: "LFFiles",
      dependencies: [
        "LFCore", "CPlatform",
        .target(name: "CCrypto", condition: .when(platforms: [.linux])),
      ],
      swiftSettings: strict),
    .target(name: "LFCheckpoints", dependencies: ["LFCore", "LFFiles"], swiftSettings: strict),
    .target(
      name: "LFContainer",
      dependencies: ["LFCore", "LFFiles", "CZstd", "CXXHash", "CProtobufC", "CContainer"],
      swiftSettings: strict),
    .target(
      name: "LFFamilies", dependencies: ["LFCore"], exclude: ["Families"], swiftSettings: strict,
      plugins: ["EmbedFamilies"]),
    .target(name: "LFTokenizers", dependencies: ["LFCore"], swiftSettings: strict),
    .target(
      name: "LFModels",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFTokenizers",
      ],
      swiftSettings: strict),
    .target(
      name: "LFEncoder",
      dependencies: ["LFCore", "LFFamilies", "CKernels"], swiftSettings: strict),
    .target(name: "LFPictures", dependencies: ["LFCore", "LFFamilies"], swiftSettings: strict),
    .target(
      name: "LFConversion",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFModels", "LFEncoder",
      ],
      swiftSettings: strict),
    .target(
      name: "LFVerification",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFFamilies", "LFModels", "LFEncoder", "LFPictures",
        "LFConversion", "CXXHash",
      ],
      swiftSettings: strict),
    .target(
      name: "LFTools",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFTokenizers",
        "LFModels", "LFEncoder", "LFPictures", "Longformer",
      ],
      swiftSettings: strict),
    .target(
      name: "Longformer",
      dependencies: [
        "LFCore", "LFFiles", "LFFamilies", "LFTokenizers", "LFModels", "LFEncoder",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "lfconv",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFTokenizers",
        "LFModels", "LFEncoder", "LFConversion", "LFVerification", "LFTools", "Longformer",
        "CZstd", "CProtobufC", "CXXHash",
        .target(name: "CCrypto", condition: .when(platforms: [.linux])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // One test target a source target, and what they share.
    .target(name: "TestSupport", dependencies: ["LFCore"], path: "Tests/Support"),
    .testTarget(name: "LFCoreTests", dependencies: ["LFCore", "TestSupport"]),
    .testTarget(name: "LFFilesTests", dependencies: ["LFFiles", "LFCore", "TestSupport"]),
    .testTarget(
      name: "LFCheckpointsTests",
      dependencies: ["LFCheckpoints", "LFModels", "LFFiles", "LFCore", "TestSupport"]),
    .testTarget(name: "LFFamiliesTests", dependencies: ["LFFamilies", "LFCore"]),
    .testTarget(
      name: "LFContainerTests", dependencies: ["LFContainer", "LFFiles", "LFCore", "TestSupport"],
      exclude: ["decode_lfz.py"]),
    .testTarget(
      name: "LFTokenizersTests", dependencies: ["LFTokenizers", "LFCore", "TestSupport"],
      exclude: ["Goldens"]),
    .testTarget(
      name: "LFModelsTests",
      dependencies: [
        "LFModels", "LFCheckpoints", "LFContainer", "LFFamilies", "LFEncoder", "LFConversion",
        "LFFiles", "LFCore", "TestSupport",
      ]),
    .testTarget(
      name: "LFEncoderTests",
      dependencies: ["LFEncoder", "LFFamilies", "LFCore", "CKernels", "TestSupport"]),
    .testTarget(
      name: "LFPicturesTests", dependencies: ["LFPictures", "LFFamilies", "TestSupport"]),
    .testTarget(
      name: "LongformerTests",
      dependencies: ["Longformer", "LFCore", "TestSupport"], exclude: ["Goldens"],
      swiftSettings: asynchronous),
    .testTarget(
      name: "LFConversionTests",
      dependencies: [
        "LFConversion", "LFModels", "LFCheckpoints", "LFContainer", "LFFamilies", "LFEncoder",
        "LFFiles", "LFCore", "TestSupport",
      ]),
    .testTarget(
      name: "LFVerificationTests",
      dependencies: [
        "LFVerification", "LFConversion", "LFEncoder", "LFFamilies", "LFModels", "LFCheckpoints",
        "LFFiles", "LFCore", "TestSupport",
      ]),
    .testTarget(
      name: "LFToolsTests",
      dependencies: [
        "LFTools", "LFModels", "LFConversion", "LFContainer", "LFEncoder", "LFFamilies", "LFFiles",
        "LFCore", "TestSupport",
      ]),
    .testTarget(
      name: "lfconvTests", dependencies: ["lfconv", "LFEncoder", "LFCore", "TestSupport"],
      exclude: ["Help"]),
  ],
  swiftLanguageModes: [.v6]
)
