import LFCheckpoints
import LFCore
import LFFiles

/// A format of files with weights: how to tell it, and how to open it.
///
/// A new format is a folder with its reader in `LFCheckpoints`, a file here
/// that opens it, and one line in `all`.
struct ModelFormat: Sendable {
  let matches: @Sendable (FileProbe) -> Bool
  /// Opens a file that matches; `path` of the result is the file's.
  let open: @Sendable (InputFile, OpenOptions) throws(LFError) -> OpenedModel

  /// All formats. The first that matches opens the file, so those told by
  /// their first bytes come before those told by a name.
  static let all: [ModelFormat] = [
    .gitLFSPointer, .container, .pyTorchZip, .pyTorchLegacy, .pyTorchTar, .shardIndex,
    .safetensors, .hdf5, .gguf,
  ]

  /// Opens a file with weights in any format.
  static func open(_ file: InputFile, options: OpenOptions) throws(LFError) -> OpenedModel {
    let probe = try FileProbe(file)
    guard let format = all.first(where: { $0.matches(probe) }) else { throw unknown(probe) }
    do throws(LFError) {
      return try format.open(file, options)
    } catch {
      throw error.located(file: file.path)
    }
  }

  private static func unknown(_ probe: FileProbe) -> LFError {
    return .refused(
      "checkpoint.unknown-format", at: .init(file: probe.file.path, offset: 0),
      expected: "a checkpoint in a known format (safetensors or PyTorch)",
      found: probe.head.isEmpty
        ? "an empty file" : "a file that begins like none of them",
      hint: PlaceholderFile.isPage(probe.head) ? PlaceholderFile.pageHint : nil)
  }
}
