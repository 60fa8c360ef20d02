import LFCheckpoints
package import LFCore
package import LFFiles

/// Token states of many texts as a safetensors file, `last_hidden_state.N`
/// float32 [S, H] for text N.
///
/// A header names every tensor with its place, and stands in front of the data,
/// whose extent is known at the end: the data is moved back then, piece by piece.
package struct StateFile {
  private let file: OutputFile
  private let width: Int
  private var tokenCounts: [Int] = []
  private var buffer: [UInt8] = []

  /// Bytes that are moved at a time.
  private static let step = SafetensorsWriter.bufferByteCount

  /// - Parameter file: an empty file, which the caller publishes.
  package init(width: Int, to file: OutputFile) {
    self.width = width
    self.file = file
  }

  /// Adds a text's states, [S, H] row by row.
  ///
  /// - Throws: `encode.lines` for more texts than a file's readers take tensors.
  package mutating func append(_ states: [Float]) throws(LFError) {
    let most = Limits.standard.tensors
    guard tokenCounts.count < most else {
      throw .refused(
        "encode.lines", at: .init(file: file.destination),
        expected: "at most \(most) texts, each of which is a tensor of the file", found: "more")
    }
    tokenCounts.append(states.count / max(1, width))
    for value in states { buffer.append(littleEndian: value.bitPattern) }
    if buffer.count >= Self.step { try flush() }
  }

  /// Moves the data and writes the header in front of it.
  package mutating func finish() throws(LFError) {
    try flush()
    var tensors: [TensorDescriptor] = []
    for (index, count) in tokenCounts.enumerated() {
      tensors.append(
        TensorDescriptor(
          name: TensorName("last_hidden_state.\(index)"), elementType: .f32,
          shape: try TensorShape([count, width])))
    }
    let header = try SafetensorsLayout(tensors).header
    let data = try InputFile(file.temporaryPath)
    var end = data.byteCount
    while end > 0 {
      let start = max(0, end - Self.step)
      let bytes = try data.bytes(at: start, count: end - start)
      try file.write(unsafe bytes.span.bytes, at: start + header.count)
      end = start
    }
    try file.write(unsafe header.span.bytes, at: 0)
  }

  private mutating func flush() throws(LFError) {
    if buffer.isEmpty { return }
    try file.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
