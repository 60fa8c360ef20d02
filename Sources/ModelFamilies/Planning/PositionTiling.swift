public import TensorCore

/// How a table of position embeddings grows: its reserved rows once, its usable
/// rows over and over.
///
/// Rows 0…pad are never looked up for a real token, yet a padded token looks up
/// row pad: all of them are carried over. Row pad + 1 + i of the result is row
/// pad + 1 + (i mod n) of the source, n being the source's usable rows
/// (section 5 of the Longformer paper copies 512 positions in this way).
public struct PositionTiling: Sendable, Equatable {
  /// Rows 0…pad.
  public let reservedRows: Int
  /// Usable rows of the source: n.
  public let usableRows: Int
  /// Usable rows of the result: the longest input it admits.
  public let maxPositions: Int

  /// A tiling.
  ///
  /// - Parameters:
  ///   - sourceRows: rows of the source's table.
  ///   - paddingID: the model's padding token.
  public init(sourceRows: Int, paddingID: Int, maxPositions: Int) {
    reservedRows = paddingID + 1
    usableRows = sourceRows - reservedRows
    self.maxPositions = maxPositions
  }

  /// Rows of the result.
  public var targetRows: Int { maxPositions + reservedRows }

  /// The source's row that a row of the result copies.
  public func sourceRow(_ row: Int) -> Int {
    row < reservedRows ? row : reservedRows + (row - reservedRows) % usableRows
  }

  /// The result in at most three parts: reserved rows, whole repetitions, rest.
  public func parts(index: Int, rowBytes: Int) -> [ComposedTensor.Part] {
    func part(_ first: Int, _ count: Int, repeats: Int = 1) -> ComposedTensor.Part {
      .init(
        .source(index: index, range: first * rowBytes..<(first + count) * rowBytes),
        repeats: repeats)
    }
    let whole = maxPositions / usableRows
    return [
      part(0, reservedRows),
      part(reservedRows, whole > 0 ? usableRows : 0, repeats: max(1, whole)),
      part(reservedRows, maxPositions % usableRows),
    ]
  }
}
