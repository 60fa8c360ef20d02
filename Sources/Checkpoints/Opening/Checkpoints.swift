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
    switch Paths.kind(path) {
    case .folder: return try ModelFolder(path, options: options).open()
    default: return try openFile(path, options: options)
    }
  }

  private static func openFile(
    _ path: String, options: OpenOptions
  ) throws(LFError) -> Checkpoint {
    let weights = try CheckpointFormat.open(try InputFile(path), options: options)
    let folder = try ModelFolder(Paths.folder(path), options: options)
    return try folder.checkpoint(weights, path: path, isFolder: false)
  }
}
