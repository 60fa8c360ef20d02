import LFCore

/// A tensor by name, and the memory that receives it.
struct WeightSlot: Sendable {
  let name: TensorName
  let target: Matrix
  /// Whether the tensor is a vector [n] rather than a matrix [m, n].
  let isVector: Bool

  init(name: TensorName, target: Matrix, isVector: Bool = false) {
    self.name = name
    self.target = target
    self.isVector = isVector
  }
}
