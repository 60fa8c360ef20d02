public import LFCore
public import LFFamilies

extension OpenedModel {
  /// Recognises the model that the tensors make up.
  public func recognized(
    as tensors: [TensorDescriptor]? = nil
  ) throws(LFError) -> RecognizedModel {
    do throws(LFError) {
      let model = try RecognizedModel(
        tensors: tensors ?? source.tensors, configuration: configuration,
        origin: configurationOrigin
      ) { [files] () throws(LFError) in
        try Vocabulary(files: files).specialTokens()
      }
      try DictionaryCheck.check(model, files)
      return model
    } catch {
      throw error.located(file: path)
    }
  }

  /// The tensors under canonical names, as the forward pass reads them.
  public func canonicalSource(_ model: RecognizedModel) throws(LFError) -> ComposedSource {
    ComposedSource(base: source, composed: try model.canonicalTensors())
  }
}
