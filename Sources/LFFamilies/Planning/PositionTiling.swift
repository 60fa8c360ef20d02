public import LFCore

/// How a table of position embeddings grows: its reserved rows once, its usable
/// rows over and over.
///
/// Rows 0…pad of a Longformer are never looked up for a real token, yet a
/// padded token looks up row pad. A RoBERTa has the same rows, which are
/// carried over; a BERT has none, and zeros are put in front, as a new table of
/// the stock class has in row pad. Row pad + 1 + i of the result is usable row
/// i mod n of the source, n being their number (section 5 of the Longformer
/// paper copies 512 positions in this way). A shorter result has the first of
/// them.
public struct PositionTiling: Sendable, Equatable {
  /// Rows 0…pad of the result.
  public let reservedRows: Int
  /// Rows of the source that come before its usable ones: as many, or none.
  public let sourceReservedRows: Int
  /// Usable rows of the source: n.
  public let usableRows: Int
  /// Usable rows of the result: the longest input it admits.
  public let maxPositions: Int

  /// A tiling.
  ///
  /// - Parameters:
  ///   - sourceRows: rows of the source's table.
  ///   - paddingID: the model's padding token.
  ///   - scheme: which of the source's rows are usable.
  public init(
    sourceRows: Int, paddingID: Int, scheme: PositionScheme = .afterPadding, maxPositions: Int
  ) {
    reservedRows = paddingID + 1
    switch scheme {
    case .afterPadding: sourceReservedRows = paddingID + 1
    case .fromZero: sourceReservedRows = 0
    }
    usableRows = sourceRows - sourceReservedRows
    self.maxPositions = maxPositions
  }

  /// Rows of the result.
  public var targetRows: Int { maxPositions + reservedRows }

  /// The result in at most three parts: reserved rows, whole repetitions, rest.
  public func parts(index: Int, rowBytes: Int) -> [ComposedTensor.Part] {
    func part(_ first: Int, _ count: Int, repeats: Int = 1) -> ComposedTensor.Part {
      .init(
        .source(index: index, range: first * rowBytes..<(first + count) * rowBytes),
        repeats: repeats)
    }
    let whole = maxPositions / usableRows
    let reserved =
      sourceReservedRows > 0
      ? part(0, reservedRows) : ComposedTensor.Part(.zeros(reservedRows * rowBytes))
    return [
      reserved,
      part(sourceReservedRows, whole > 0 ? usableRows : 0, repeats: max(1, whole)),
      part(sourceReservedRows, maxPositions % usableRows),
    ]
  }
}
