import LFCore
import LFFamilies

extension PositionTiling {
  /// The source's row that each row of the result copies, as the parts put them
  /// together; nil for zeros.
  var sourceRows: [Int?] {
    parts(index: 0, rowBytes: 1).flatMap { part -> [Int?] in
      let rows: [Int?] =
        switch part.content {
        case .source(_, let range): Array(range)
        case .zeros(let count): Array(repeating: nil, count: count)
        }
      return (0..<part.repeats).flatMap { _ in rows }
    }
  }

  func sourceRow(_ row: Int) -> Int? { sourceRows[row] }
}
