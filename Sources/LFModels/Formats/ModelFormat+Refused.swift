import LFCheckpoints
import LFCore
import LFFiles

/// Formats that are recognised in order to be refused by their names.
extension ModelFormat {
  /// The text that stands for a file Git LFS has not fetched.
  static let gitLFSPointer = ModelFormat(
    matches: { PlaceholderFile.gitLFSError($0.head) != nil },
    open: { (file, _) throws(LFError) in
      let start = try file.bytes(at: 0, count: min(file.byteCount, PlaceholderFile.probeLength))
      throw PlaceholderFile.gitLFSError(start)
        ?? .refused("io.changed", expected: "the file as it was", found: "another content")
    })
  static let pyTorchTar = unsupported(
    "PyTorch files in the tar format of before version 0.1.10 are not supported",
    matches: { !$0.isSafetensors && $0.holds(Array("ustar".utf8), at: 257) })
  static let hdf5 = unsupported(
    "HDF5 files (Keras, TensorFlow) are not supported",
    matches: { $0.begins(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) })
  static let gguf = unsupported(
    "GGUF files are not supported", matches: { $0.begins(with: "GGUF".utf8) })

  private static func unsupported(
    _ message: String, matches: @escaping @Sendable (FileProbe) -> Bool
  ) -> ModelFormat {
    ModelFormat(matches: matches) { (_, _) throws(LFError) in
      throw .unsupported(
        "checkpoint.unsupported-format", message,
        hint: "save the weights as safetensors, or with torch.save")
    }
  }
}
