import FileIO
import TensorCore

/// A format of weights files: how to tell it, and how to open it.
///
/// A new format is a folder with its reader, and one line in `all`.
struct CheckpointFormat: Sendable {
  /// The name users see.
  let name: String
  let matches: @Sendable (FileProbe) -> Bool
  let open: @Sendable (InputFile, OpenOptions) throws(LFError) -> OpenedWeights

  /// All formats. The first that matches opens the file, so those told by
  /// their first bytes come before those told by a name.
  static let all: [CheckpointFormat] = [
    .gitLFSPointer, .pyTorchZip, .pyTorchLegacy, .pyTorchTar, .shardIndex, .safetensors,
    .hdf5, .gguf,
  ]

  /// Opens a weights file of any format.
  static func open(_ file: InputFile, options: OpenOptions) throws(LFError) -> OpenedWeights {
    let probe = try FileProbe(file)
    guard let format = all.first(where: { $0.matches(probe) }) else { throw unknown(probe) }
    do throws(LFError) {
      return try format.open(file, options)
    } catch {
      throw error.located(file: file.path)
    }
  }

  private static func unknown(_ probe: FileProbe) -> LFError {
    let start = probe.head.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    let isPage = [UInt8(ascii: "<")] == probe.head.prefix(1)
    return .refused(
      "checkpoint.unknown-format", at: .init(file: probe.file.path, offset: 0),
      expected: "a checkpoint in a known format (safetensors or PyTorch)",
      found: probe.head.isEmpty
        ? "an empty file" : "a file that begins with " + start.joined(separator: " "),
      hint: isPage ? FileProbe.pageHint : nil)
  }
}

extension CheckpointFormat {
  /// The text that stands for a file Git LFS has not fetched.
  private static let gitLFSPointer = CheckpointFormat(
    name: "Git LFS pointer",
    matches: { GitLFSPointer.error($0.head) != nil },
    open: { (file, _) throws(LFError) in
      let start = try file.bytes(at: 0, count: min(file.byteCount, GitLFSPointer.probeLength))
      throw GitLFSPointer.error(start)
        ?? .refused("io.changed", expected: "the file as it was", found: "another content")
    })

  private static let shardIndex = CheckpointFormat(
    name: "sharded checkpoint",
    matches: { $0.isNamed(".index.json") },
    open: { (file, options) throws(LFError) in
      let folder = try ContainedFolder(Paths.folder(file.path))
      return try ShardIndex(file, limits: options.limits).open(in: folder, options: options)
    })

  private static let safetensors = CheckpointFormat(
    name: "safetensors",
    matches: { $0.holds([UInt8(ascii: "{")], at: 8) || $0.isNamed(".safetensors") },
    open: { (file, options) throws(LFError) in
      let source = try SafetensorsSource(file, limits: options.limits)
      try NameSelection.refuseDictionary(options, in: source, path: file.path)
      return OpenedWeights(
        format: "safetensors", source: source,
        weightFiles: [.init(path: file.path, byteCount: file.byteCount)])
    })

  private static let pyTorchZip = CheckpointFormat(
    name: "PyTorch zip",
    matches: { $0.begins(with: "PK\u{3}\u{4}".utf8) || $0.tail.starts(with: "PK\u{5}\u{6}".utf8) },
    open: { (file, options) throws(LFError) in
      try PyTorchZip.open(file, limits: options.limits).weights(options: options)
    })

  private static let pyTorchLegacy = CheckpointFormat(
    name: "PyTorch legacy",
    matches: { $0.head.count > 2 && $0.head[0] == 0x80 && (2...5).contains($0.head[1]) },
    open: { (file, options) throws(LFError) in
      try PyTorchLegacy.open(file, limits: options.limits).weights(options: options)
    })

  private static let pyTorchTar = unsupported(
    "tar archive", "PyTorch files in the tar format of before version 0.1.10 are not supported",
    matches: { $0.holds(Array("ustar".utf8), at: 257) })

  private static let hdf5 = unsupported(
    "HDF5", "HDF5 files (Keras, TensorFlow) are not supported",
    matches: { $0.begins(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) })

  private static let gguf = unsupported(
    "GGUF", "GGUF files are not supported", matches: { $0.begins(with: "GGUF".utf8) })

  /// A format that is recognised in order to be refused by its name.
  private static func unsupported(
    _ name: String, _ message: String, matches: @escaping @Sendable (FileProbe) -> Bool
  ) -> CheckpointFormat {
    CheckpointFormat(name: name, matches: matches) { (_, _) throws(LFError) in
      throw .unsupported(
        "checkpoint.unsupported-format", message,
        hint: "save the weights as safetensors, or with torch.save")
    }
  }
}
