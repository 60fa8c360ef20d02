import LFCore
import LFFamilies
import Testing

@Suite("Position tiling")
struct PositionTilingTests {
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
          #expect(tiling.sourceRows == expected)
          #expect(tiling.targetRows == expected.count)
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
