// swift-tools-version: 6.2
import PackageDescription

/// Everything that reads foreign bytes, built with coverage for libFuzzer.
///
/// The folders under `Sources` that are links are the package's own sources: a
/// nested package of its own keeps the sanitizer's flags out of every ordinary
/// build. `run.sh` builds and runs it.
/// `LFCONV_SANITIZE=fuzzer,address` adds checks of memory.
let sanitize = "-sanitize=" + (Context.environment["LFCONV_SANITIZE"] ?? "fuzzer")
let covered: [SwiftSetting] = [
  .unsafeFlags([sanitize]), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]
let coveredC: [CSetting] = [.unsafeFlags(["-O2", "-std=c11", "-f" + sanitize.dropFirst()])]

let fuzzers = [
  "SafetensorsFuzzer", "ZipFuzzer", "PickleFuzzer", "IndexFuzzer", "ConfigFuzzer",
  "ContainerFuzzer", "LiteralsFuzzer", "TokenizerFuzzer", "TextFuzzer", "CaseFuzzer",
  "FolderFuzzer",
]

let package = Package(
  name: "Fuzz",
  targets: [
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash"),
    .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c"),
    .target(name: "CPlatform"),
    .target(name: "CContainer", dependencies: ["CProtobufC", "CXXHash"], cSettings: coveredC),
    .target(name: "CKernels", cSettings: coveredC),
    .target(name: "CFuzz"),
    .plugin(name: "EmbedFamilies", capability: .buildTool()),

    .target(name: "LFCore", dependencies: ["CPlatform"], swiftSettings: covered),
    .target(
      name: "LFFiles", dependencies: ["LFCore", "CPlatform", "CCrypto"], swiftSettings: covered),
    .target(name: "LFCheckpoints", dependencies: ["LFCore", "LFFiles"], swiftSettings: covered),
    .target(
      name: "LFContainer",
      dependencies: ["LFCore", "LFFiles", "CZstd", "CXXHash", "CProtobufC", "CContainer"],
      swiftSettings: covered),
    .target(
      name: "LFFamilies", dependencies: ["LFCore"], exclude: ["Families"], swiftSettings: covered,
      plugins: ["EmbedFamilies"]),
    .target(name: "LFTokenizers", dependencies: ["LFCore"], swiftSettings: covered),
    .target(
      name: "LFModels",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFTokenizers",
      ],
      swiftSettings: covered),
    .target(
      name: "LFEncoder", dependencies: ["LFCore", "LFFamilies", "CKernels"],
      swiftSettings: covered),
    .target(name: "LFPictures", dependencies: ["LFCore", "LFFamilies"], swiftSettings: covered),
    .target(
      name: "LFConversion",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFContainer", "LFFamilies", "LFModels", "LFEncoder",
      ],
      swiftSettings: covered),
    .target(
      name: "LFVerification",
      dependencies: [
        "LFCore", "LFFiles", "LFCheckpoints", "LFFamilies", "LFModels", "LFEncoder", "LFPictures",
        "LFConversion", "CXXHash",
      ],
      swiftSettings: covered),
    .target(
      name: "Longformer",
      dependencies: [
        "LFCore", "LFFiles", "LFFamilies", "LFTokenizers", "LFModels", "LFEncoder",
      ],
      swiftSettings: covered),
    .target(
      name: "FuzzSupport",
      dependencies: [
        "CFuzz", "CContainer", "CXXHash", "CZstd", "LFCore", "LFFiles", "LFCheckpoints",
        "LFContainer", "LFFamilies", "LFModels", "LFTokenizers", "LFVerification",
        "Longformer",
      ],
      swiftSettings: covered),
  ]
    + fuzzers.map { name in
      .executableTarget(
        name: name, dependencies: ["FuzzSupport", "LFTokenizers"],
        swiftSettings: [.unsafeFlags([sanitize, "-parse-as-library"])],
        linkerSettings: [.unsafeFlags([sanitize, "-use-ld=lld"])])
    },
  swiftLanguageModes: [.v6]
)
