package import LFCore
package import LFFiles

/// Writes one float32 tensor [N, width] row by row, when nobody knows N yet.
///
/// The header is written last, into room that was left for it: memory does not
/// grow with the rows.
package struct SafetensorsRows {
  /// Bytes of the length field and the header. Readers map the data, so that it
  /// begins at a multiple of every element's size.
  private static let headerByteCount = 512

  private let file: OutputFile
  private let name: TensorName
  private let width: Int
  /// Rows that are written.
  package private(set) var count = 0
  private var buffer: [UInt8] = []

  /// Begins the tensor in an empty file, which the caller publishes.
  package init(_ name: TensorName, width: Int, to file: OutputFile) throws(LFError) {
    self.name = name
    self.width = width
    self.file = file
    try file.append([UInt8](repeating: 0x20, count: Self.headerByteCount))
  }

  /// Adds a row of `width` numbers.
  package mutating func append(_ row: [Float]) throws(LFError) {
    guard row.count == width else {
      throw LFError(.internal, "internal.row", "a row of \(row.count) numbers, not \(width)")
    }
    for value in row { buffer.append(littleEndian: value.bitPattern) }
    count += 1
    if buffer.count >= SafetensorsWriter.bufferByteCount { try flush() }
  }

  /// Writes what is left, and the header.
  package mutating func finish() throws(LFError) {
    try flush()
    let tensor = TensorDescriptor(
      name: name, elementType: .f32, shape: try TensorShape([count, width]))
    var header = try SafetensorsLayout([tensor]).header
    guard header.count <= Self.headerByteCount else {
      throw LFError(.internal, "internal.header", "no room for a header of \(header.count) bytes")
    }
    header += [UInt8](repeating: 0x20, count: Self.headerByteCount - header.count)
    var length: [UInt8] = []
    length.append(littleEndian: UInt64(Self.headerByteCount - 8))
    header.replaceSubrange(0..<8, with: length)
    try file.write(unsafe header.span.bytes, at: 0)
  }

  private mutating func flush() throws(LFError) {
    if buffer.isEmpty { return }
    try file.append(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
