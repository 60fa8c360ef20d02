import LFCore
import LFFamilies
import LFModels

/// One side of a comparison: its tensors under names that can be paired.
struct ComparedModel {
  /// What the tensors make up; nil when they are paired by the names that they
  /// have.
  let model: RecognizedModel?
  /// What is compared.
  let source: any TensorSource
  private let places: [TensorName: Int]

  /// Both sides of a comparison.
  ///
  /// Where both are models their tensors get canonical names; what makes up no
  /// model is compared by the names that it has, and so is what stands beside it.
  static func pair(
    _ left: OpenedModel, _ right: OpenedModel
  ) throws(LFError) -> (ComparedModel, ComparedModel) {
    guard let first = try left.recognizedIfKnown(), let second = try right.recognizedIfKnown()
    else { return (ComparedModel(nil, left.source), ComparedModel(nil, right.source)) }
    return (
      ComparedModel(first, try canonical(left, first)),
      ComparedModel(second, try canonical(right, second))
    )
  }

  private init(_ model: RecognizedModel?, _ source: any TensorSource) {
    self.model = model
    self.source = source
    places = Dictionary(
      source.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Position in `source` of the tensor of a name.
  func index(_ name: TensorName) -> Int? { places[name] }

  /// Canonical names, without a decoder that merely repeats what it is tied to.
  private static func canonical(
    _ opened: OpenedModel, _ model: RecognizedModel
  ) throws(LFError) -> any TensorSource {
    let untied = try TiedTensors.differing(model, opened.source)
    var composed: [ComposedTensor] = []
    for tensor in model.tensors {
      let name = tensor.descriptor.name
      if tensor.row.tiedTo != nil, !untied.contains(name) { continue }
      composed.append(try ComposedTensor(copying: tensor))
    }
    for unused in model.unused {
      let descriptor = opened.source.tensors[unused.index].renamed(unused.name)
      composed.append(
        try ComposedTensor(
          descriptor,
          parts: [.init(.source(index: unused.index, range: 0..<descriptor.byteCount))]))
    }
    return ComposedSource(base: opened.source, composed: composed)
  }
}
