import LFCore
import LFFamilies

/// A position table's rows compared with each other, small enough to draw.
///
/// A tiled table shows diagonals: row r equals row r + n, n being the source's
/// usable rows. Equality is looked for in every row, however large the table;
/// similarity in one row for each cell.
struct PositionPicture: Sendable {
  static let largestSide = 64

  let rowCount: Int
  /// Rows for each cell, and cells a side.
  let rowsPerCell: Int
  let side: Int
  /// Cosine of the cells' first rows, [side · side].
  let similarity: [Float]
  /// Whether a cell holds a pair of equal rows, [side · side]; the diagonal is
  /// left out.
  let isRepeated: [Bool]
  /// Distance at which all rows after the reserved ones repeat.
  let period: Int?

  /// Nil when there is no table.
  init?(_ source: any TensorSource, reserved: Int) throws(LFError) {
    guard let index = source.index(of: .positionEmbeddings) else {
      return nil
    }
    let tensor = source.tensors[index]
    let width = tensor.rowByteCount
    guard let count = tensor.shape.dimensions.first, count > 0, width > 0 else { return nil }
    rowCount = count
    rowsPerCell = (count + Self.largestSide - 1) / Self.largestSide
    side = (count + rowsPerCell - 1) / rowsPerCell

    var kinds: [[UInt8]: Int] = [:]
    var kind: [Int] = []  // of each row; equal rows are of one kind
    var vectors: [[Double]] = []
    for row in 0..<count {
      let bytes = try source.bytes(index, range: row * width..<(row + 1) * width)
      kind.append(kinds[bytes] ?? row)
      kinds[bytes] = kind[row]
      guard row.isMultiple(of: rowsPerCell) else { continue }
      let values = ElementDecoder.doubles(bytes, tensor.elementType)
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(values.map { length > 0 ? $0 / length : 0 })
    }
    var similarity: [Float] = []
    for left in vectors {
      for right in vectors {
        similarity.append(Float(zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }))
      }
    }
    self.similarity = similarity

    var repeated = [Bool](repeating: false, count: side * side)
    var rowsOfKind: [Int: [Int]] = [:]
    for row in 0..<count { rowsOfKind[kind[row], default: []].append(row) }
    for rows in rowsOfKind.values {
      // A table that is one row over and over would give every pair.
      let some = rows.prefix(256)
      for left in some {
        for right in some where left != right {
          repeated[left / rowsPerCell * side + right / rowsPerCell] = true
        }
      }
    }
    isRepeated = repeated
    let distance = (reserved + 1..<max(reserved + 1, count)).first { kind[$0] == kind[reserved] }
      .map { $0 - reserved }
    period = distance.flatMap { distance in
      (reserved + distance..<count).allSatisfy { kind[$0] == kind[$0 - distance] }
        ? distance : nil
    }
  }
}
