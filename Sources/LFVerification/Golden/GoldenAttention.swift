import LFCheckpoints
import LFCore
import LFFamilies
import LFFiles

/// The attention that a case names, in place of its model's own.
enum GoldenAttention {
  /// The tensor among the inputs that holds LSH attention's hyperplanes.
  static let rotations: TensorName = "lsh_rotations"

  /// Reads the field, and the hyperplanes from the inputs.
  ///
  /// - Throws: `attention.pattern` for a name that is none; `golden.inputs` for
  ///   hyperplanes that are not five-dimensional float32.
  static func read(_ golden: GoldenCase) throws(LFError) -> AttentionName? {
    guard let text = golden.attention else { return nil }
    var name = try named(text, golden)
    let source = try SafetensorsSource(InputFile(golden.inputs))
    guard let index = source.tensors.firstIndex(where: { $0.name == rotations }) else {
      return name
    }
    let tensor = source.tensors[index]
    guard tensor.elementType == .f32, tensor.shape.dimensions.count == 5 else {
      throw .refused(
        "golden.inputs", at: .init(file: golden.inputs, entry: rotations.text),
        expected: "float32 [layers, heads, head size, rounds, columns]",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    let values = ElementDecoder.doubles(try source.bytes(index), .f32).map { Float($0) }
    name.rotations = .given(shape: tensor.shape.dimensions, values: values)
    return name
  }

  private static func named(_ text: String, _ golden: GoldenCase) throws(LFError) -> AttentionName {
    do throws(LFError) {
      return try AttentionName(text)
    } catch {
      throw located(error, golden)
    }
  }

  /// The configuration with this attention.
  static func configuration(
    _ configuration: ModelConfiguration, _ name: AttentionName?, _ golden: GoldenCase
  ) throws(LFError) -> ModelConfiguration {
    guard let name else { return configuration }
    do throws(LFError) {
      return try configuration.attending(name)
    } catch {
      throw located(error, golden)
    }
  }

  /// A name that a case file gives wrongly is wrong input, not a wrong call.
  private static func located(_ error: LFError, _ golden: GoldenCase) -> LFError {
    var error = error
    if error.kind == .usage { error.kind = .refused }
    return error.located(file: Paths.join(golden.folder, "case.json"), entry: "attention")
  }
}
