import LFCore

/// Random changes to the intermediate results of a layer, some roundings wide:
/// how far they move its output tells how it amplifies rounding errors.
///
/// This is Monte Carlo arithmetic (Parker 1997): in place of a worst-case bound,
/// which for a network of many layers says nothing, the same computation is
/// run again with every intermediate result off by a random relative error.
/// Every element is multiplied by 1 + `size` or 1 − `size`, so that the movement
/// of an output has the standard deviation size·√(Σ (∂output/∂x·x)²) over all
/// elements x. The signs depend on the seed, the place in the layer, and row and
/// column alone.
package struct RoundingNoise: Sendable {
  /// The relative change: 16 units of the rounding of float32, whose own
  /// half-unit roundings it has to stand out from.
  package static let size: Float = 0x1p-20

  private let seed: UInt64

  /// Noise of its own for each seed.
  package init(seed: UInt64) { self.seed = seed }

  /// Intermediate results of a layer.
  enum Place: UInt64 {
    case states, projections, context, attended, attendedNorm, inner, outer
  }

  /// Changes all elements of a matrix.
  ///
  /// - Parameters:
  ///   - matrix: [m, n].
  ///   - row, column: of its first element within the whole intermediate result.
  func apply(to matrix: Matrix, _ place: Place, row: Int = 0, column: Int = 0) {
    let factors = (1 - Self.size, 1 + Self.size)
    for line in 0..<matrix.rows {
      let values = unsafe matrix.pointer + line * matrix.stride
      var state = SplitMix64.mixed(
        SplitMix64.mixed(seed &* 8 &+ place.rawValue) &+ UInt64(row + line) << 32 &+ UInt64(column))
      var bits: UInt64 = 0
      for index in 0..<matrix.columns {
        if index.isMultiple(of: 64) {
          state = SplitMix64.mixed(state)
          bits = state
        }
        // Within the line by the loop's bounds.
        unsafe values[index] *= bits & 1 == 0 ? factors.0 : factors.1
        bits >>= 1
      }
    }
  }
}
