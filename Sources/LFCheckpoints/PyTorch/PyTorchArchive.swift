package import LFCore
package import LFFiles

/// What a file written by `torch.save` holds: one object, described by a
/// pickle, and the storages that its tensors look into.
package struct PyTorchArchive: Sendable {
  /// The format's name, as the user sees it.
  package let format: String
  package let file: InputFile
  /// The object.
  package let graph: PickleGraph
  /// The bytes of each storage in the file, by its key.
  let storages: [TensorName: Range<Int>]
  /// Compares the checksums of the storages, where the format has any; tells the
  /// part that is done, from 0 to 1.
  package var verifyChecksums: (@Sendable (_ progress: (Double) -> Void) throws(LFError) -> Void)?

  /// The tensors of the state dictionary, and remarks about what is beside them.
  ///
  /// - Parameter key: which dictionary, where there are several.
  package func weights(
    key: String?, limits: Limits
  ) throws(LFError) -> (source: any TensorSource, notes: [String]) {
    let state = try StateDictionary.find(in: self, key: key, limits: limits)
    let table = try state.tensors(limits: limits)
    return (PyTorchSource(file: file, views: table.views), table.notes)
  }

  /// A remark about classes and functions that have no meaning here.
  ///
  /// - Parameter known: those that the caller has read itself.
  package func unknownGlobals(besides known: Set<String>) -> [String] {
    let unknown = graph.globals.map(\.text).filter {
      !known.contains($0) && !PyTorchGlobals.known.contains($0) && StorageType.named($0) == nil
        && PyTorchGlobals.elementType($0) == nil
    }
    guard !unknown.isEmpty else { return [] }
    let listed = unknown.prefix(20).map { printable($0, limit: 120) }.joined(separator: ", ")
    let more = unknown.count > 20 ? " and \(unknown.count - 20) more" : ""
    return ["the pickle names classes or functions that were not used: \(listed)\(more)"]
  }
}
