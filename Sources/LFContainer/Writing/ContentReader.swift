import LFCore

/// Reads what is to be stored, wherever it comes from.
final class ContentReader: Sendable {
  private let base: any TensorSource
  private let files: [CarriedFile]

  init(base: any TensorSource, files: [CarriedFile]) {
    self.base = base
    self.files = files
  }

  /// Fills `buffer` with bytes of a content, from `offset` on.
  func read(
    _ content: BlobContent, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    switch content {
    case .tensor(let index, let start): try base.read(index, at: start + offset, into: &buffer)
    case .zeros: buffer.fill(0)
    case .file(let index): try files[index].read(at: offset, into: &buffer)
    }
  }

  /// Fills the first `count` bytes of a buffer.
  func read(
    _ content: BlobContent, at offset: Int, count: Int, into buffer: AlignedMemory
  ) throws(LFError) {
    var span = unsafe MutableRawSpan(
      _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count]))
    try read(content, at: offset, into: &span)
  }
}
