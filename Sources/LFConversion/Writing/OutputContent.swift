import LFContainer
import LFCore
import LFFamilies
import LFFiles
import LFModels

/// Everything a conversion writes, whatever the container.
struct OutputContent: Sendable {
  /// The tensors, and the source that their parts point into.
  let tensors: [ComposedTensor]
  let base: any TensorSource
  /// `config.json` first, then what travels along.
  let files: [CarriedFile]
  let provenance: LFZProvenance
  /// What the user has to know of the tokenizer.
  let tokenizerNote: String?

  /// What a conversion writes.
  ///
  /// - Parameters:
  ///   - base: the tensors that the plan's parts point into.
  ///   - container: all tensors of the container that these come from, if any.
  init(
    plan: ConversionPlan, base: any TensorSource, container: (any TensorSource)?,
    opened: OpenedModel, sourceFiles: [LFZProvenance.SourceFile], operation: Converter.Operation,
    elementType: ElementType?
  ) throws(LFError) {
    let isUntouched = elementType == nil
    if isUntouched, let container, let stored = try opened.container?.composedTensors() {
      // A key may have taken some of its tensors, under places of their own.
      let places = Self.places(of: opened.source, in: container)
      tensors = try plan.tensors.map { (tensor) throws(LFError) in
        try Self.asStored(tensor, stored, places)
      }
      self.base = container
    } else {
      tensors = plan.tensors
      self.base = base
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
    var files: [CarriedFile]
    (files, tokenizerNote) = try TokenizerFiles.completed(
      opened.files, for: plan.configuration)
    switch operation {
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
      if options.resetsGlobalProjections {
        parameters.append(.init("reset_global_projections", "true"))
      }
    case .sameArchitecture:
      parameters.append(.init("conversion", "convert"))
    }
    if let elementType { parameters.append(.init("dtype", elementType.rawValue)) }
    if case .sameArchitecture = operation, isUntouched, opened.isWholeContainer,
      let container = opened.container
    {
      // The same content gives the same container.
      provenance = container.provenance
      self.files = [CarriedFile(name: "config.json", bytes: configuration)] + files
      return
    }
    self.files = [CarriedFile(name: "config.json", bytes: configuration)] + files
    provenance = LFZProvenance(
      tool: ToolVersion.text, parameters: parameters, sources: sourceFiles)
  }

  /// Where a source's tensors are in the container that it is a part of.
  private static func places(of source: any TensorSource, in container: any TensorSource) -> [Int] {
    var places: [TensorName: Int] = [:]
    for (place, tensor) in container.tensors.enumerated() { places[tensor.name] = place }
    return source.tensors.enumerated().map { places[$1.name] ?? $0 }
  }

  /// A tensor in terms of the container it comes from. One that is copied whole
  /// is taken in the parts it is stored in, so that repetitions stay
  /// repetitions.
  private static func asStored(
    _ tensor: ComposedTensor, _ stored: [ComposedTensor], _ places: [Int]
  ) throws(LFError) -> ComposedTensor {
    if tensor.parts.count == 1, case .source(let index, let range) = tensor.parts[0].content,
      range == 0..<stored[places[index]].descriptor.byteCount, tensor.parts[0].repeats == 1
    {
      return try ComposedTensor(
        tensor.descriptor, parts: stored[places[index]].parts, tiedTo: tensor.tiedTo)
    }
    let parts = tensor.parts.map { part in
      guard case .source(let index, let range) = part.content else { return part }
      return ComposedTensor.Part(
        .source(index: places[index], range: range), repeats: part.repeats)
    }
    return try ComposedTensor(tensor.descriptor, parts: parts, tiedTo: tensor.tiedTo)
  }
}
