import LFCore

/// Rows of a table that are looked at one after the other, some megabytes of which
/// are held at a time, however long the table is.
struct RowWindow {
  private let source: any TensorSource
  private let index: Int
  private let rowBytes: Int
  /// Rows at most that are held.
  private let capacity: Int
  private var first = 0
  private var bytes: [UInt8] = []

  init(source: any TensorSource, index: Int, rowBytes: Int) {
    self.source = source
    self.index = index
    self.rowBytes = rowBytes
    capacity = max(1, (4 << 20) / rowBytes)
  }

  /// The bytes of a row.
  mutating func row(_ number: Int) throws(LFError) -> ArraySlice<UInt8> {
    if number < first || (number - first + 1) * rowBytes > bytes.count {
      let rows = source.tensors[index].byteCount / rowBytes
      // A table that fits is held whole, so that going round it reads nothing again.
      first = rows <= capacity ? 0 : number
      let end = min(rows, first + capacity)
      bytes = try source.bytes(index, range: first * rowBytes..<end * rowBytes)
    }
    let start = (number - first) * rowBytes
    return bytes[start..<start + rowBytes]
  }
}
