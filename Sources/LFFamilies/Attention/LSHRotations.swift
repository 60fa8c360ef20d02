import LFCore

/// The random hyperplanes that LSH attention hashes with.
public enum LSHRotations: Sendable, Equatable {
  /// Made from a seed; see `seededValue`.
  case seeded(UInt64)
  /// Given, as in a golden case: [L, heads, D, rounds, columns], row by row.
  case given(shape: [Int], values: [Float])

  /// Refuses hyperplanes of other sizes than the input needs.
  func check(
    layer: Int, _ heads: Int, _ headSize: Int, _ rounds: Int, _ columns: Int
  ) throws(LFError) {
    guard case .given(let shape, let values) = self else { return }
    let wanted = [heads, headSize, rounds, columns]
    guard shape.count == 5, shape[0] > layer, Array(shape.dropFirst()) == wanted,
      values.count == shape.reduce(1, *)
    else {
      throw .refused(
        "input.attention", at: .init(entry: "lsh_rotations"),
        expected: "[layers, \(wanted.map(String.init).joined(separator: ", "))], a hyperplane for "
          + "each pair of buckets", found: "\(shape)")
    }
  }

  /// The hyperplanes of one head, a row for each: round by round.
  ///
  /// - Returns: [rounds · columns, D].
  package func rows(layer: Int, head: Int, of heads: Int, size: Int, rounds: Int, columns: Int)
    -> [Float]
  {
    var rows = [Float](repeating: 0, count: rounds * columns * size)
    let start = (layer * heads + head) * size * rounds * columns
    for dimension in 0..<size {
      for row in 0..<rounds * columns {
        let index = start + dimension * rounds * columns + row
        rows[row * size + dimension] =
          switch self {
          case .seeded(let seed): Self.seededValue(seed, index)
          case .given(_, let values): values[index]
          }
      }
    }
    return rows
  }

  /// A number close to normally distributed, exact in float32: the sum of twelve
  /// uniform ones, less 6.
  ///
  /// - Parameter index: in [L, heads, D, rounds, columns], row by row.
  static func seededValue(_ seed: UInt64, _ index: Int) -> Float {
    var random = SplitMix64(seed: seed, drawn: 4 * UInt64(index))
    var sum: UInt64 = 0
    for _ in 0..<4 {
      let word = random.next()
      sum += word & 0xF_FFFF
      sum += word >> 20 & 0xF_FFFF
      sum += word >> 40 & 0xF_FFFF
    }
    return Float(sum) / 0x10_0000 - 6
  }
}
