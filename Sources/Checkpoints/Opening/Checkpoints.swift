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
    if let selection = try NameSelection(options, of: result.source, path: result.path) {
      result.source = selection.source
      result.notes += selection.note.map { [$0] } ?? []
    }
    return result
  }

  private static func openFile(
    _ path: String, options: OpenOptions
  ) throws(LFError) -> Checkpoint {
    let weights = try CheckpointFormat.open(try InputFile(path), options: options)
    let folder = try ModelFolder(Paths.folder(path), options: options)
    return try folder.checkpoint(weights, path: path, isFolder: false)
  }
}
