import FileIO
import TensorCore

/// What a file written by `torch.save` holds: one object, described by a
/// pickle, and the storages that its tensors look into.
struct PyTorchArchive: Sendable {
  /// The format's name, as the user sees it.
  let format: String
  let file: InputFile
  /// The object.
  let graph: PickleGraph
  /// The bytes of each storage in the file, by its key.
  let storages: [TensorName: Range<Int>]
  /// Compares the checksums of the storages, where the format has any.
  var verifyChecksums: (@Sendable () throws(LFError) -> Void)?

  /// Finds the state dictionary and whatever the program that wrote the file
  /// put beside it.
  func weights(options: OpenOptions) throws(LFError) -> OpenedWeights {
    let state = try StateDictionary.find(
      in: self, key: options.stateKey, limits: options.limits)
    let table = try state.tensors(limits: options.limits)
    var result = OpenedWeights(
      format: format,
      source: PyTorchSource(file: file, views: table.views),
      weightFiles: [.init(path: file.path, byteCount: file.byteCount)],
      verifyChecksums: verifyChecksums)
    var known = PyTorchGlobals.known
    if let fairseq = FairseqConfiguration(graph) {
      result.format = "fairseq, \(format)"
      result.configuration = fairseq.configuration
      result.configurationOrigin = "\(fairseq.origin) of \(file.path)"
      result.hasDictionary = true
      result.notes += fairseq.notes
      known.formUnion(FairseqConfiguration.globals)
    } else if LightningCheckpoint.wrote(graph) {
      result.format = "Lightning, \(format)"
    }
    result.notes += table.notes
    result.notes += unknownGlobals(known)
    return result
  }

  private func unknownGlobals(_ known: Set<String>) -> [String] {
    let unknown = graph.globals.map(\.text).filter {
      !known.contains($0) && StorageType.named($0) == nil && PyTorchGlobals.elementType($0) == nil
    }
    guard !unknown.isEmpty else { return [] }
    let listed = unknown.prefix(20).map { printable($0, limit: 120) }.joined(separator: ", ")
    let more = unknown.count > 20 ? " and \(unknown.count - 20) more" : ""
    return ["the pickle names classes or functions that were not used: \(listed)\(more)"]
  }
}
