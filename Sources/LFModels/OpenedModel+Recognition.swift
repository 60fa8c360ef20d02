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
      tellNames(model, tensors ?? source.tensors)
      return model
    } catch {
      throw error.located(file: path)
    }
  }

  /// The model that the tensors make up, or nil when they and the configuration
  /// make up none that is known, so that a caller can go by names alone.
  ///
  /// - Throws: errors of reading, and damage.
  package func recognizedIfKnown() throws(LFError) -> RecognizedModel? {
    do throws(LFError) {
      return try recognized()
    } catch {
      guard ["model.", "config."].contains(where: error.code.hasPrefix) else { throw error }
      return nil
    }
  }

  /// The tensors under canonical names, as the forward pass reads them.
  public func canonicalSource(_ model: RecognizedModel) throws(LFError) -> ComposedSource {
    ComposedSource(base: source, composed: try model.canonicalTensors())
  }
}
