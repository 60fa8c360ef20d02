import FileIO
public import TensorCore

/// Opens checkpoints of every supported format.
public enum Checkpoints {
  /// Opens a folder with a model, or one file with weights.
  ///
  /// Headers and pickles are read and checked here; weights are read later,
  /// piece by piece, through the checkpoint's source.
  ///
  /// - Throws: `checkpoint.*` for what is no checkpoint or not a clear one, and
  ///   the errors of the format.
  public static func open(
    _ path: String, options: OpenOptions = OpenOptions()
  ) throws(LFError) -> Checkpoint {
    var result: Checkpoint
    switch Paths.kind(path) {
    case .folder: result = try ModelFolder(path, options: options).open()
    default: result = try openFile(path, options: options)
    }
    if let prefix = options.namePrefix { try select(prefix, in: &result) }
    return result
  }

  /// Keeps the tensors whose names begin so, and says what is left out.
  private static func select(_ prefix: String, in checkpoint: inout Checkpoint) throws(LFError) {
    let selected = SelectedSource(checkpoint.source) { $0.hasPrefix(prefix) }
    guard !selected.tensors.isEmpty else {
      throw .refused(
        "checkpoint.key", at: .init(file: checkpoint.path),
        expected: "tensors whose names begin with \"\(printable(prefix, limit: 80))\"",
        found: "none of \(checkpoint.source.tensors.count)")
    }
    let rest = checkpoint.source.tensors.count - selected.tensors.count
    if rest > 0 {
      let others = checkpoint.source.tensors.lazy.map(\.name).filter { !$0.hasPrefix(prefix) }
      let shown = others.prefix(8).map { printable($0.text, limit: 80) }.joined(separator: ", ")
      checkpoint.notes.append(
        "tensors outside of \(printable(prefix, limit: 80)) were left out, as --key says: \(shown)"
          + (rest > 8 ? " and \(rest - 8) more" : ""))
    }
    checkpoint.source = selected
  }

  private static func openFile(
    _ path: String, options: OpenOptions
  ) throws(LFError) -> Checkpoint {
    let weights = try CheckpointFormat.open(try InputFile(path), options: options)
    let folder = try ModelFolder(Paths.folder(path), options: options)
    return try folder.checkpoint(weights, path: path, isFolder: false)
  }
}
