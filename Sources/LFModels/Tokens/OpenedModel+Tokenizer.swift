public import LFCore
import LFFiles
public import LFTokenizers

extension OpenedModel {
  /// The tokenizer that the model carries, in its folder or container.
  ///
  /// - Throws: `tokenizer.none` when there is none; `tokenizer.*` and `json.*`
  ///   with the file and the place in it.
  public func tokenizer() throws(LFError) -> Tokenizer {
    do throws(LFError) {
      let type = configuration?["model_type"]?.stringValue
      return try TokenizerFiles(files, modelType: type).tokenizer()
    } catch {
      var error = error
      if let name = error.location.file {
        let isFolder = Paths.kind(path) == .folder
        error.location.file =
          container != nil
          ? path + ":" + name : Paths.join(isFolder ? path : Paths.folder(path), name)
      } else {
        error.location.file = path
      }
      throw error
    }
  }
}
