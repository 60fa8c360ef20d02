import LFCore

/// A blob that is to be written.
struct PlannedBlob: Sendable {
  var content: BlobContent
  var byteCount: Int
  /// Of the tensor that uses it first; decides how it is coded.
  var elementType: ElementType

  /// Raw bytes of a chunk; the last one may be shorter.
  var chunkBytes: Int {
    if case .file = content { return LFZFormat.chunkBytes }
    return LFZFormat.chunkElements * elementType.byteCount
  }
}
