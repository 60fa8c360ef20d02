import Foundation
import LFEncoder
import LFFamilies

/// RoBERTa and Longformer in float64 from the mathematics alone: every pair of
/// tokens, loops, no kernel and no trick of the code under test.
struct DenseReference {
  typealias Rows = [[Double]]

  let model: TinyModel
  /// How often a query sees a key through a pattern that takes the place of the
  /// model's own; nil for the model's own.
  var counts: (@Sendable (_ head: Int, _ query: Int, _ key: Int, _ length: Int) -> Int)?
  /// Whether what each step stores is rounded to float32, though computed in
  /// float64: the least error that any computation in float32 makes.
  var storesFloat32 = false
  private var shape: TinyModel.Shape { model.shape }

  /// Of one sequence: hidden states after the embeddings and every layer, each
  /// [S][H], and attention probabilities of every layer, [heads][S][S].
  func run(
    ids: [Int], keep: [Bool], global: [Bool], types: [Int], positions: [Int]
  ) -> (states: [Rows], attentions: [[Rows]]) {
    var x = ids.indices.map { token in
      (0..<shape.hidden).map { column in
        entry("embeddings.word_embeddings.weight", ids[token], column)
          + entry("embeddings.position_embeddings.weight", positions[token], column)
          + entry("embeddings.token_type_embeddings.weight", types[token], column)
      }
    }
    x = norm(x, "embeddings.LayerNorm")
    var all = [x]
    var attentions: [[Rows]] = []
    for layer in 0..<shape.layers {
      let name = "encoder.layer.\(layer)."
      let (context, weights) = attention(x, layer, keep: keep, global: global)
      attentions.append(weights)
      let attended = norm(
        add(linear(context, name + "attention.output.dense"), x),
        name + "attention.output.LayerNorm")
      let inner = linear(attended, name + "intermediate.dense").map { $0.map(activation) }
      x = norm(add(linear(inner, name + "output.dense"), attended), name + "output.LayerNorm")
      all.append(x)
    }
    return (all, attentions)
  }

  private func attention(
    _ x: Rows, _ layer: Int, keep: [Bool], global: [Bool]
  ) -> (context: Rows, weights: [Rows]) {
    let name = "encoder.layer.\(layer).attention.self."
    let isLongformer = shape.family == "longformer" || counts != nil
    let size = shape.hidden / shape.heads
    func project(_ suffix: String) -> [Rows] {
      ["query", "key", "value"].map { linear(x, name + $0 + suffix) }
    }
    let local = project("")
    let hasOwn = shape.family == "longformer"
    let own = hasOwn && global.contains(true) ? project("_global") : local
    let scale = 1 / Double(size).squareRoot()
    var context = x.map { _ in [Double](repeating: 0, count: shape.hidden) }
    let nothing = x.map { _ in [Double](repeating: 0, count: x.count) }
    var table = [Rows](repeating: nothing, count: shape.heads)
    for head in 0..<shape.heads {
      let dilation = shape.dilations.isEmpty ? 1 : shape.dilations[layer][head]
      let start = head * size
      let window = hasOwn && counts == nil ? shape.windows[layer] / 2 : 0
      for i in x.indices {
        func isVisible(_ j: Int) -> Bool {
          guard keep[j] else { return false }
          guard isLongformer else { return true }
          guard keep[i], !shape.isCausal || j <= i else { return false }
          if global[i] || global[j] { return true }
          if let counts { return counts(head, i, j, x.count) > 0 }
          let offset = j - i
          return abs(offset) <= window * dilation && offset % dilation == 0
        }
        let projections = isLongformer && global[i] ? own : local
        var visible = x.indices.filter(isVisible)
        // Hugging Face adds one mask value to all scores, which swallows them.
        let isBlind = !isLongformer && !keep.contains(true)
        if isBlind { visible = Array(x.indices) }
        guard !visible.isEmpty else { continue }
        let query = projections[0][i]
        let scores = visible.map { j in
          isBlind ? 0 : stored(scale * dot(query, projections[1][j], start..<start + size))
        }
        let peak = scores.max() ?? 0
        let weights = zip(visible, scores).map { j, score in
          let times = global[i] || global[j] ? 1 : counts?(head, i, j, x.count) ?? 1
          return stored(exp(score - peak) * Double(times))
        }
        let total = weights.reduce(0, +)
        for (j, weight) in zip(visible, weights) {
          let value = projections[2][j]
          table[head][i][j] = weight / total
          for column in start..<start + size {
            context[i][column] += weight / total * value[column]
          }
        }
      }
    }
    return (context, table)
  }

  /// x·Wᵀ + b.
  func linear(_ x: Rows, _ name: String) -> Rows {
    guard let weight = model.weights[name + ".weight"], let bias = model.weights[name + ".bias"]
    else { fatalError("no tensor \(name)") }
    return x.map { row in
      bias.indices.map { out in
        stored(bias[out] + dot(row, weight, 0..<row.count, offset: out * row.count))
      }
    }
  }

  private func stored(_ x: Double) -> Double { storesFloat32 ? Double(Float(x)) : x }

  /// Σ a[i]·b[offset + i]; plain loops, because debug builds are slow on others.
  private func dot(_ a: [Double], _ b: [Double], _ range: Range<Int>, offset: Int = 0) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        var index = range.lowerBound
        while index < range.upperBound {
          sum += a[index] * b[offset + index]
          index += 1
        }
        return sum
      }
    }
  }

  /// LayerNorm with the biased variance.
  func norm(_ x: Rows, _ name: String) -> Rows {
    guard let gain = model.weights[name + ".weight"], let shift = model.weights[name + ".bias"]
    else { fatalError("no tensor \(name)") }
    return x.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.indices.map {
        stored(
          (row[$0] - mean) / (variance + model.configuration.layerNormEpsilon).squareRoot()
            * gain[$0] + shift[$0])
      }
    }
  }

  /// The exact GELU.
  static func gelu(_ x: Double) -> Double { x / 2 * erfc(-x / 2.0.squareRoot()) }

  /// The activation of the layers.
  func activation(_ x: Double) -> Double {
    switch shape.activation {
    case "gelu", "gelu_python": Self.gelu(x)
    case "gelu_10": min(Self.gelu(x), 10)
    case "relu": max(x, 0)
    case "silu", "swish": x / (1 + exp(-x))
    case "quick_gelu": x / (1 + exp(-1.702 * x))
    case "mish": x * tanh(log1p(exp(x)))
    case "tanh": tanh(x)
    case "linear": x
    default: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  private func entry(_ name: String, _ row: Int, _ column: Int) -> Double {
    model.weights[name]![row * shape.hidden + column]
  }

  private func add(_ a: Rows, _ b: Rows) -> Rows {
    zip(a, b).map { zip($0, $1).map { stored($0 + $1) } }
  }
}
