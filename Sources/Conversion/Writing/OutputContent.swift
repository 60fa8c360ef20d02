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
    tensors = plan.tensors
    self.base = base
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
    self.files = [CarriedFile(name: "config.json", bytes: configuration)] + files
    provenance = LFZProvenance(
      tool: ToolVersion.text, parameters: parameters,
      // Names without folders: the same model gives the same bytes anywhere.
      sources: opened.weightFiles.map {
        .init(name: Paths.name($0.path), byteCount: $0.byteCount)
      })
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
