import Foundation
import LFConversion
import LFCore
import LFTools
import TestSupport
import Testing

/// Real models that must be refused, by the configuration and the names of
/// their tensors alone (`Corpora/take_names.py`): the weights are too large.
@Suite("Real models that are refused")
struct RefusedModelTests {
  struct Names: Decodable {
    /// Element type and shape by name; the type alone is read.
    struct Tensor: Decodable {
      let type: String

      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        type = try fields.decode(String.self)
      }
    }

    let tensors: [String: Tensor]
  }

  private static let names = Repository.root + "/Tests/Corpora/real/mpnet"

  /// A folder with MPNet's configuration, changed as asked, and its tensors,
  /// all of them empty.
  private func folder(_ change: (String) -> String = { $0 }) throws -> Scratch {
    let data = try Data(contentsOf: URL(filePath: Self.names + "/tensors.json"))
    let names = try JSONDecoder().decode(Names.self, from: data)
    #expect(names.tensors.count == 200)
    let entries = names.tensors.sorted { $0.key < $1.key }.map { name, tensor in
      #""\#(name)":{"dtype":"\#(tensor.type)","shape":[0],"data_offsets":[0,0]}"#
    }
    let header = Data(("{" + entries.joined(separator: ",") + "}").utf8)
    let length = Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) })
    let scratch = try Scratch()
    try scratch.file("model.safetensors", length + header)
    let configuration = try String(contentsOfFile: Self.names + "/config.json", encoding: .utf8)
    try scratch.file("config.json", change(configuration))
    return scratch
  }

  private func conversion(of source: Scratch) throws -> LFError {
    let output = try Scratch()
    let error = #expect(throws: LFError.self) {
      try Converter(.longformer(.init()), source: source.path, output: output("out.lfz")).run()
    }
    #expect(output.names.isEmpty)
    return try #require(error)
  }

  @Test("MPNet is refused by its name and for its reason")
  func mpnet() throws {
    let source = try folder()
    let error = try conversion(of: source)
    #expect(error.kind == .unsupported && error.code == "model.unsupported")
    #expect(error.location.entry == "model_type")
    #expect(error.message.contains("\"mpnet\": MPNet adds a learned bias by relative position"))
    // A look at it is no failure, and says the same.
    let inspection = try Inspection(source.path)
    #expect(inspection.model == nil && inspection.problem?.code == "model.unsupported")
  }

  @Test("MPNet that calls itself a RoBERTa is refused for its tensors")
  func asRoBERTa() throws {
    let error = try conversion(
      of: try folder { $0.replacing("\"mpnet\"", with: "\"roberta\"") })
    #expect(error.kind == .refused && error.code == "model.tensors")
    #expect(error.message.contains("121 missing"))
    #expect(error.description.contains("encoder.layer.0.attention.self.query.weight"))
    #expect(error.message.contains("121 unexpected"))
    #expect(error.description.contains("encoder.layer.0.attention.attn.q.weight"))
  }
}
