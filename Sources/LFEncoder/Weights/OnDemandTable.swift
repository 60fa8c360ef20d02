import LFCore
import Synchronization

/// An embedding table whose rows are read when they are first looked up.
///
/// A short text needs a few rows of a table that is a quarter of a model. The
/// memory is the whole table's, but what is not read is not touched either.
final class OnDemandTable: Sendable {
  private let name: TensorName
  private let reader: WeightReader
  private let table: Matrix  // [rows, H]
  /// The same memory in pieces, each read at once: as many elements as a
  /// container keeps in a chunk, so that none is decoded twice.
  private let pieces: [Matrix]  // [1, elements] each
  /// Whether each piece has been read. Whoever reads holds it.
  private let isRead: Mutex<[Bool]>

  /// Memory for a table, not filled.
  ///
  /// - Throws: `memory.exhausted`; what is wrong with the tensor is found by
  ///   `WeightReader.check`.
  init(_ name: TensorName, rows: Int, columns: Int, reader: WeightReader) throws(LFError) {
    let table = try Matrix(rows: rows, columns: columns)
    let count = rows * columns
    pieces = stride(from: 0, to: count, by: WeightReader.pieceElements).map { start in
      Matrix(
        table.buffer, offset: start, rows: 1,
        columns: min(WeightReader.pieceElements, count - start))
    }
    isRead = Mutex(Array(repeating: false, count: pieces.count))
    self.table = table
    self.name = name
    self.reader = reader
  }

  /// The table, with at least these rows read.
  ///
  /// - Throws: the source's error.
  func reading(_ rows: [Int], _ workers: Workers) throws(LFError) -> Matrix {
    var needed: Set<Int> = []
    for row in rows {
      let first = row * table.columns
      needed.formUnion(piece(of: first)...piece(of: first + table.columns - 1))
    }
    try read(needed, workers)
    return table
  }

  /// The whole table.
  ///
  /// - Throws: the source's error.
  func reading(_ workers: Workers) throws(LFError) -> Matrix {
    try read(Set(pieces.indices), workers)
    return table
  }

  private func piece(of element: Int) -> Int { element / WeightReader.pieceElements }

  private func read(_ needed: Set<Int>, _ workers: Workers) throws(LFError) {
    try isRead.withLock { (isRead) throws(LFError) in
      let missing = needed.filter { !isRead[$0] }.sorted()
      try ParallelTasks(threads: workers.count).run(missing.count) { (task) throws(LFError) in
        let piece = missing[task]
        try reader.read(name, element: piece * WeightReader.pieceElements, into: pieces[piece])
      }
      for piece in missing { isRead[piece] = true }
    }
  }
}
