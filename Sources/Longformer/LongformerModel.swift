@_exported public import LFCore
@_exported public import LFEncoder
@_exported public import LFFamilies
public import LFModels

/// A RoBERTa, BERT or Longformer that is ready to run, from any place that
/// `lfconv` reads: an `.lfz`, a checkpoint file, or a folder.
public struct LongformerModel: Sendable {
  /// What the model is.
  public let configuration: ModelConfiguration
  /// The encoder with its head.
  public let encoder: EncoderModel

  /// Opens a model and reads its weights.
  ///
  /// - Parameters:
  ///   - path: a SOURCE of the command line.
  ///   - options: what else there is to say about the checkpoint.
  ///   - residency: how much of the model stays in memory.
  ///   - threads: threads at most; results do not depend on it.
  /// - Throws: the errors of the format, `model.*` and `config.*` for tensors
  ///   that make up no supported model, `weights.*`, `memory.exhausted`.
  public init(
    _ path: String, options: OpenOptions = OpenOptions(), residency: Residency = .resident,
    threads: Int = 1
  ) throws(LFError) {
    try self.init(
      try OpenedModel.open(path, options: options), residency: residency, threads: threads)
  }

  /// Reads the weights of a model that is open.
  init(_ opened: OpenedModel, residency: Residency, threads: Int) throws(LFError) {
    let model = try opened.recognized()
    configuration = model.configuration
    encoder = try EncoderModel(
      configuration: model.configuration, source: opened.canonicalSource(model),
      residency: residency, threads: threads)
  }

  /// Runs the model; see `EncoderModel.forward`.
  public func callAsFunction(
    _ inputs: EncoderInputs, options: ForwardOptions = ForwardOptions()
  ) throws(LFError) -> ModelOutputs {
    try encoder.forward(inputs, options: options)
  }
}
