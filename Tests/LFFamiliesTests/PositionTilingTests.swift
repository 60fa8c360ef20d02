import LFCore
import LFFamilies
import Testing

@Suite("Position tiling")
struct PositionTilingTests {
  /// Source rows in order, as the parts put them together.
  private func rows(_ tiling: PositionTiling) -> [Int] {
    tiling.parts(index: 0, rowBytes: 1).flatMap { part -> [Int] in
      guard case .source(_, let range) = part.content, !range.isEmpty else { return [] }
      return (0..<part.repeats).flatMap { _ in Array(range) }
    }
  }

  @Test("The parts give the row that the rule gives, for any size and padding token")
  func everySize() {
    for pad in [0, 1, 2, 3, 7] {
      for usable in 1...9 {
        for positions in 1...40 {
          let tiling = PositionTiling(
            sourceRows: usable + pad + 1, paddingID: pad, maxPositions: positions)
          let expected = (0..<positions + pad + 1).map { row in
            row <= pad ? row : pad + 1 + (row - pad - 1) % usable
          }
          #expect(rows(tiling) == expected)
          #expect((0..<tiling.targetRows).map(tiling.sourceRow) == expected)
        }
      }
    }
  }

  @Test("Token 512 of a RoBERTa gets the first usable row again, not a reserved one")
  func wrap() {
    let tiling = PositionTiling(sourceRows: 514, paddingID: 1, maxPositions: 4096)
    #expect(tiling.targetRows == 4098)
    #expect(tiling.sourceRow(1) == 1)
    #expect(tiling.sourceRow(2) == 2)
    #expect(tiling.sourceRow(2 + 511) == 513)
    #expect(tiling.sourceRow(2 + 512) == 2)
    #expect(tiling.sourceRow(4097) == 513)
  }
}
