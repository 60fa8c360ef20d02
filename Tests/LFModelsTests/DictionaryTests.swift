import Foundation
import LFConversion
import LFCore
import LFModels
import TestSupport
import Testing

/// fairseq's dictionary, compared with the rows of the word embeddings.
@Suite("dict.txt")
struct DictionaryTests {
  /// A fairseq model of 23 rows beside a dictionary of the corpus.
  private func folder(_ part: String, _ name: String) throws -> Scratch {
    let scratch = try Scratch()
    _ = try scratch.copy(Refusal.corpora + "/flavours/fairseq-args/model.pt", as: "model.pt")
    _ = try scratch.copy("\(Refusal.corpora)/dictionary/\(part)/\(name)", as: "dict.txt")
    return scratch
  }

  @Test("The catalogue is complete")
  func complete() throws {
    #expect(
      Set(try Refusal.all("dictionary").keys) == Set(Refusal.names("dictionary", "invalid")))
  }

  @Test("Another model's dictionary is refused", arguments: Refusal.names("dictionary", "invalid"))
  func refused(name: String) throws {
    let source = try folder("invalid", name)
    let error = try #require(
      #expect(throws: LFError.self) {
        try Converter(.longformer(.init()), source: source.path, output: source("out")).run()
      })
    let answer = try #require(try Refusal.all("dictionary")[name])
    #expect(answer.differences(from: error) == [])
    if error.code == "fairseq.vocabulary" { #expect(error.hint != nil) }
    #expect(error.location.file != nil && !source.names.contains("out"))
  }

  @Test("The model's own is accepted", arguments: Refusal.names("dictionary", "valid"))
  func accepted(name: String) throws {
    let source = try folder("valid", name)
    #expect(try OpenedModel.open(source.path).recognized().configuration.vocabularySize == 23)
    // It is not asked for.
    try FileManager.default.removeItem(atPath: source("dict.txt"))
    _ = try OpenedModel.open(source.path).recognized()
  }
}
