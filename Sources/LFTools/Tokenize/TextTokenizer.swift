package import LFCore
import LFFamilies
package import LFFiles
package import LFModels
package import LFTokenizers

/// A model's tokenizer, and how many tokens the model reads.
package struct TextTokenizer: Sendable {
  /// The tokenizer.
  package let tokenizer: Tokenizer
  /// Most tokens of a text; nil where the model is not known.
  package let longestInput: Int?
  /// What rows are filled up with.
  package let paddingID: Int

  /// Opens a model's tokenizer. Weights are not read.
  package init(_ path: String, options: OpenOptions = OpenOptions()) throws(LFError) {
    let model = try OpenedModel.open(path, options: options)
    tokenizer = try model.tokenizer()
    let configuration = try model.recognizedIfKnown()?.configuration
    longestInput = configuration?.longestInput
    paddingID =
      configuration?.paddingID ?? tokenizer.id(of: "<pad>") ?? tokenizer.id(of: "[PAD]") ?? 0
  }

  /// Makes a line of a text file into tokens, cut at the longest input.
  package func encode(_ line: LineReader.Line, of name: String) throws(LFError) -> TokenEncoding {
    var options = EncodingOptions()
    if let longestInput { options.truncation = .limit(longestInput) }
    do throws(LFError) {
      return try tokenizer.encode(utf8: line.bytes, options: options)
    } catch {
      var error = error
      error.location.offset = line.offset + (error.location.offset ?? 0)
      throw error.located(file: name, entry: "line \(line.index + 1)")
    }
  }
}
