import LFCore
import Testing

@testable import LFEncoder

@Suite("Rounding noise")
struct RoundingNoiseTests {
  /// A matrix of ones, [rows, columns].
  private func ones(_ rows: Int, _ columns: Int) throws -> Matrix {
    let matrix = try Matrix(rows: rows, columns: columns)
    matrix.fill(1)
    return matrix
  }

  @Test("Every element moves by the size of the noise, up as often as down")
  func size() throws {
    let matrix = try ones(40, 300)
    RoundingNoise(seed: 3).apply(to: matrix, .states)
    var raised = 0
    for row in 0..<40 {
      for column in 0..<300 {
        let change = matrix[row, column] - 1
        #expect(abs(change) == RoundingNoise.size)
        if change > 0 { raised += 1 }
      }
    }
    // Six standard deviations of 12000 throws of a coin.
    #expect(abs(raised - 6000) < 330)
  }

  @Test("It depends on the seed, the place and the row, and not on how rows are cut into blocks")
  func places() throws {
    func column(_ matrix: Matrix) -> [Float] {
      (0..<matrix.rows).flatMap { row in (0..<matrix.columns).map { matrix[row, $0] } }
    }
    let whole = try ones(6, 70)
    RoundingNoise(seed: 1).apply(to: whole, .inner)
    let cut = try ones(6, 70)
    for rows in [0..<1, 1..<4, 4..<6] {
      RoundingNoise(seed: 1).apply(to: cut.rows(rows), .inner, row: rows.lowerBound)
    }
    #expect(column(cut) == column(whole))
    let others = [
      (RoundingNoise(seed: 2), RoundingNoise.Place.inner), (RoundingNoise(seed: 1), .outer),
    ]
    for (noise, place) in others {
      let other = try ones(6, 70)
      noise.apply(to: other, place)
      #expect(column(other) != column(whole))
    }
    #expect(column(whole.rows(0..<1)) != column(whole.rows(1..<2)))
  }
}
