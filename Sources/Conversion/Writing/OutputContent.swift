import Checkpoints
import Container
import FileIO
import ModelFamilies
import TensorCore

/// Everything a conversion writes, whatever the container.
struct OutputContent: Sendable {
  /// The tensors, and the source that their parts point into.
  let tensors: [ComposedTensor]
  let base: any TensorSource
  /// `config.json` first, then what travels along.
  let files: [CarriedFile]
  let provenance: LFZProvenance

  init(
    plan: ConversionPlan, base: any TensorSource, opened: OpenedModel,
    sourceFiles: [LFZProvenance.SourceFile], task: Converter.Task, elementType: ElementType?
  ) throws(LFError) {
    self.base = base
    let isUntouched = elementType == nil
    if isUntouched, let container = opened.container {
      let stored = try container.composedTensors()
      tensors = try plan.tensors.map { (tensor) throws(LFError) in
        try Self.asStored(tensor, stored)
      }
    } else {
      tensors = plan.tensors
    }
    var json = plan.json
    if let elementType {
      let key = json["dtype"] != nil ? "dtype" : "torch_dtype"
      json[key] = .string(elementType.torchName)
    }
    var configuration = Array(JSONValue.object(json).pretty.utf8)
    if json == opened.configuration, let original = opened.configurationBytes {
      configuration = original
    }
    var parameters: [LFZProvenance.Parameter] = []
    var files = opened.files
    switch task {
    case .longformer(let options):
      files = try TokenizerFiles.edited(
        files, maxPositions: plan.configuration.longestInput)
      parameters.append(.init("conversion", "roberta-to-longformer"))
      let windows = options.attentionWindows(for: plan.configuration).map(String.init)
        .joined(separator: ",")
      parameters.append(.init("attention_window", windows))
      parameters.append(.init("max_positions", String(plan.configuration.longestInput)))
      if let dilation = options.attentionDilation {
        parameters.append(.init("attention_dilation", dilation.compact))
      }
    case .sameArchitecture:
      parameters.append(.init("conversion", "convert"))
    }
    if let elementType { parameters.append(.init("dtype", elementType.rawValue)) }
    if case .sameArchitecture = task, isUntouched, let container = opened.container {
      // The same content gives the same container.
      provenance = container.provenance
      self.files = [CarriedFile(name: "config.json", bytes: configuration)] + files
      return
    }
    self.files = [CarriedFile(name: "config.json", bytes: configuration)] + files
    provenance = LFZProvenance(
      tool: ToolVersion.text, parameters: parameters, sources: sourceFiles)
  }

  /// A tensor that is copied whole from a container, in the parts it is stored
  /// in there, so that repetitions stay repetitions.
  private static func asStored(
    _ tensor: ComposedTensor, _ stored: [ComposedTensor]
  ) throws(LFError) -> ComposedTensor {
    guard tensor.parts.count == 1, case .source(let index, let range) = tensor.parts[0].content,
      range == 0..<stored[index].descriptor.byteCount
    else { return tensor }
    return try ComposedTensor(
      tensor.descriptor, parts: stored[index].parts, tiedTo: tensor.tiedTo)
  }
}
