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
    plan: ConversionPlan, base: any TensorSource, opened: OpenedModel, task: Converter.Task,
    elementType: ElementType?
  ) throws(LFError) {
    self.base = base
    let isUntouched = elementType == nil
    if isUntouched, let container = opened.container {
      tensors = try plan.tensors.map { (tensor) throws(LFError) in
        try Self.asStored(tensor, in: container)
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
      files = try TokenizerFiles.edited(files, maxPositions: options.maxPositions)
      parameters.append(.init("conversion", "roberta-to-longformer"))
      let windows = options.attentionWindow.map(String.init).joined(separator: ",")
      parameters.append(.init("attention_window", windows))
      parameters.append(.init("max_positions", String(options.maxPositions)))
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
      tool: ToolVersion.text, parameters: parameters,
      // Names without folders: the same model gives the same bytes anywhere.
      sources: opened.weightFiles.map {
        .init(name: Paths.name($0.path), byteCount: $0.byteCount)
      })
  }

  /// A tensor that is copied whole from a container, in the parts it is stored
  /// in there, so that repetitions stay repetitions.
  private static func asStored(
    _ tensor: ComposedTensor, in container: LFZReader
  ) throws(LFError) -> ComposedTensor {
    guard tensor.parts.count == 1, case .source(let index, let range) = tensor.parts[0].content,
      range == 0..<container.tensors[index].byteCount
    else { return tensor }
    return try ComposedTensor(
      tensor.descriptor, parts: container.parts(of: index), tiedTo: tensor.tiedTo)
  }
}

extension ElementType {
  /// PyTorch's name of a floating-point type.
  var torchName: String {
    switch self {
    case .f64: "float64"
    case .f16: "float16"
    case .bf16: "bfloat16"
    default: "float32"
    }
  }
}
