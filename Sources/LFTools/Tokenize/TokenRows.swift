package import LFCore

/// Ids of texts as two int64 tensors, filled up on the right.
package struct TokenRows: TensorSource {
  package let tensors: [TensorDescriptor]
  private let rows: [[Int32]]
  private let length: Int
  private let paddingID: Int

  /// - Parameter rows: the ids of each text, [N] of any lengths.
  package init(_ rows: [[Int32]], paddingID: Int) throws(LFError) {
    self.rows = rows
    self.paddingID = paddingID
    length = rows.map(\.count).max() ?? 0
    let shape = try TensorShape([rows.count, length])  // [N,S]
    tensors = ["input_ids", "attention_mask"].map {
      TensorDescriptor(name: $0, elementType: .i64, shape: shape)
    }
  }

  package func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(buffer.byteCount)
    for place in offset..<offset + buffer.byteCount {
      let row = rows[place / 8 / length]
      let column = place / 8 % length
      let value =
        column < row.count ? (index == 0 ? Int(row[column]) : 1) : index == 0 ? paddingID : 0
      bytes.append(UInt8(truncatingIfNeeded: value >> (8 * (place % 8))))
    }
    buffer.copy(bytes[...])
  }
}
