import Checkpoints
import FileIO
import TensorCore

/// The outputs that a case expects.
struct ExpectedOutputs {
  /// One output: its values row by row.
  struct Output {
    let name: String
    let shape: [Int]
    let values: [Double]
  }

  let outputs: [Output]

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
    var outputs: [Output] = []
    for (index, tensor) in source.tensors.enumerated() {
      var cursor = ByteCursor(try source.bytes(index)[...])
      var values: [Double] = []
      values.reserveCapacity(tensor.shape.elementCount)
      for _ in 0..<tensor.shape.elementCount {
        switch tensor.elementType {
        case .f64: values.append(Double(bitPattern: try cursor.integer()))
        case .f32: values.append(Double(Float(bitPattern: try cursor.integer())))
        default:
          throw .refused(
            "golden.expected", at: .init(file: path, entry: tensor.name.text),
            expected: "float32 or float64", found: tensor.elementType.rawValue)
        }
      }
      outputs.append(
        Output(name: tensor.name.text, shape: tensor.shape.dimensions, values: values))
    }
    // In the order of the computation, so that the first failure is the cause.
    self.outputs = outputs.sorted { Self.order($0.name) < Self.order($1.name) }
  }

  /// Whether any hidden states are expected.
  var needHiddenStates: Bool { outputs.contains { $0.name.hasPrefix(Self.layerPrefix) } }

  private static let layerPrefix = "hidden_states."

  private static func order(_ name: String) -> Int {
    guard name.hasPrefix(layerPrefix) else {
      return name == "last_hidden_state" ? Int.max - 1 : Int.max
    }
    return Int(name.dropFirst(layerPrefix.count)) ?? Int.max - 2
  }
}
