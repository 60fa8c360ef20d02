import LFCheckpoints
import LFCore
import LFFiles

/// The outputs that a case expects.
struct ExpectedOutputs {
  /// One output: its values row by row.
  struct Output {
    let name: String
    let shape: [Int]
    var values: [Double]
  }

  var outputs: [Output]

  /// More than a model of 4,096 layers has.
  static let most = 10_000

  /// Reads the file.
  ///
  /// - Throws: `golden.expected` for an empty file or another type than float32
  ///   and float64.
  init(_ path: String) throws(LFError) {
    let source = try SafetensorsSource(InputFile(path))
    guard !source.tensors.isEmpty else {
      throw .refused(
        "golden.expected", at: .init(file: path), expected: "at least one output", found: "none")
    }
    guard source.tensors.count <= Self.most else {
      throw .refused(
        "golden.expected", at: .init(file: path), expected: "at most \(Self.most) outputs",
        found: "\(source.tensors.count)")
    }
    var outputs: [Output] = []
    for (index, tensor) in source.tensors.enumerated() {
      guard [.f32, .f64].contains(tensor.elementType) else {
        throw .refused(
          "golden.expected", at: .init(file: path, entry: tensor.name.text),
          expected: "float32 or float64", found: tensor.elementType.rawValue)
      }
      outputs.append(
        Output(
          name: tensor.name.text, shape: tensor.shape.dimensions,
          values: ElementDecoder.doubles(try source.bytes(index), tensor.elementType)))
    }
    // In the order of the computation, so that the first failure is the cause.
    self.outputs = outputs.sorted { Self.order($0.name) < Self.order($1.name) }
  }

  /// Whether any hidden states are expected.
  var needHiddenStates: Bool { outputs.contains { OutputComparison.layer($0.name) != nil } }

  /// Layers of which attention probabilities are expected.
  var attentionLayers: Set<Int> {
    Set(outputs.compactMap { OutputComparison.attentionLayer($0.name) })
  }

  /// Where an output stands in the order of the computation.
  private static func order(_ name: String) -> Int {
    if let layer = OutputComparison.layer(name) { return 2 * layer }
    // Between the layer's input, hidden states of the same number, and its output.
    if let layer = OutputComparison.attentionLayer(name) { return 2 * layer + 1 }
    return name == "last_hidden_state" ? Int.max - 1 : Int.max
  }
}
