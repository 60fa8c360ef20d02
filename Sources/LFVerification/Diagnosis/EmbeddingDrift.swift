import LFCore
import LFFamilies

/// In what way embeddings are off, seen through their LayerNorm.
///
/// A LayerNorm hides scale and mean of its input. An epsilon changes a token's
/// scale alone. One vector added to all inputs (a token type row) makes the
/// four normalised vectors of any two tokens, own and expected, linearly
/// dependent together with the vector of ones; nothing else does.
struct EmbeddingDrift {
  enum Kind { case scaled, shifted, other }

  private let own: [[Double]]
  private let expected: [[Double]]

  /// Takes out the LayerNorm's weight and bias; nil when they cannot be read.
  init?(own: [Float], expected: [Double], width: Int, source: any TensorSource) throws(LFError) {
    guard width >= 8, let weight = try Self.floats(.embeddingNormWeight, source),
      let bias = try Self.floats(.embeddingNormBias, source), weight.count == width,
      bias.count == width, !weight.contains(0)
    else { return nil }
    func rows(_ values: some Collection<Double>) -> [[Double]] {
      var rows: [[Double]] = []
      for (index, value) in values.enumerated() {
        if index.isMultiple(of: width) { rows.append([]) }
        let column = index % width
        rows[rows.count - 1].append((value - bias[column]) / weight[column])
      }
      return rows
    }
    self.own = rows(own.lazy.map(Double.init))
    self.expected = rows(expected)
  }

  /// The kind that all of some tokens share.
  func kind(of tokens: [Int]) -> Kind {
    let sample = tokens.prefix(9)
    guard let first = sample.first, sample.count > 1 else { return .other }
    if isAffine(sample) { return .other }
    let ones = Array(repeating: 1.0, count: own[first].count)
    var scaled = true
    var shifted = true
    for token in sample {
      let off = Self.norm(zip(own[token], expected[token]).map { $0 - $1 })
      let turned = Self.residual(expected[token], beside: [ones, own[token]])
      guard off.isFinite, off > 0 else { return .other }
      scaled = scaled && turned < 0.02 * off
      if token == first { continue }
      let rest = Self.residual(
        expected[token], beside: [ones, own[token], own[first], expected[first]])
      shifted = shifted && rest < 0.1 * turned
    }
    return scaled ? .scaled : shifted ? .shifted : .other
  }

  /// Whether the LayerNorm's own weight or bias is at fault: then all tokens
  /// are off by the same, or in a few channels only.
  private func isAffine(_ tokens: ArraySlice<Int>) -> Bool {
    let off = tokens.map { token in zip(own[token], expected[token]).map { $0 - $1 } }
    let largest = off.joined().map(abs).max() ?? 0
    let channels = off[0].indices.filter { channel in
      off.contains { abs($0[channel]) > 1e-3 * largest }
    }
    let isConstant = off.allSatisfy { vector in
      zip(vector, off[0]).allSatisfy { abs($0 - $1) < 1e-3 * largest }
    }
    return isConstant || channels.count * 2 < off[0].count
  }

  // MARK: Vectors

  private static func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Length of the part of a vector that the others do not reach.
  private static func residual(_ vector: [Double], beside others: [[Double]]) -> Double {
    var basis: [[Double]] = []
    func rest(_ vector: [Double]) -> [Double] {
      var result = vector
      for _ in 0..<2 {  // twice is enough for full precision
        for axis in basis {
          let length = zip(result, axis).reduce(0) { $0 + $1.0 * $1.1 }
          result = zip(result, axis).map { $0 - length * $1 }
        }
      }
      return result
    }
    for other in others {
      let part = rest(other)
      let length = norm(part)
      if length > 1e-9 * norm(other) { basis.append(part.map { $0 / length }) }
    }
    return norm(rest(vector))
  }

  private static func floats(
    _ name: TensorName, _ source: any TensorSource
  ) throws(LFError) -> [Double]? {
    guard let index = source.index(of: name) else { return nil }
    return ElementDecoder.doubles(try source.bytes(index), source.tensors[index].elementType)
  }
}
