import LFCore
import LFFamilies
import Testing

@Suite("Longformers in RoBERTa's names")
struct AI2Tests {
  private func sample(_ fields: [(String, JSONValue)]) throws -> SampleModel {
    var sample = try SampleModel(family: "longformer")
    sample.configuration["model_type"] = "roberta"
    sample.configuration["architectures"] = ["RobertaForMaskedLM"]
    for (key, value) in fields { sample.configuration[key] = value }
    return sample
  }

  @Test("The authors' windows are one-sided and are doubled")
  func oneSided() throws {
    let sample = try sample([
      ("attention_window", [2, 3]), ("attention_dilation", [1, 1]), ("autoregressive", false),
      ("attention_mode", "tvm"),
    ])
    let model = try sample.recognized()
    #expect(model.table.family == "longformer")
    #expect(model.configuration.attentionWindows == [4, 6])
    let plan = try ConversionPlan(sameArchitecture: model, sourceTensors: sample.tensors)
    #expect(plan.json["model_type"] == "longformer")
    #expect(plan.json["architectures"] == ["LongformerForMaskedLM"])
    #expect(plan.json["attention_window"] == [4, 6])
    for key in ["attention_mode", "attention_dilation", "autoregressive"] {
      #expect(plan.json[key] == nil)
    }
    #expect(plan.json["my_note"] == "kept")
    let names = plan.tensors.map(\.descriptor.name.text)
    #expect(names.contains("longformer.encoder.layer.0.attention.self.query_global.weight"))
    #expect(!names.contains { $0.hasPrefix("roberta") })
  }

  @Test("A RoBERTa class with Hugging Face's attention has its windows")
  func bothSides() throws {
    let model = try sample([("attention_window", [4, 6])]).recognized()
    #expect(model.configuration.attentionWindows == [4, 6])
  }

  @Test("Dilation and causality are kept")
  func dilation() throws {
    let model = try sample([
      ("attention_window", [2, 2]), ("attention_dilation", [1, 2]), ("autoregressive", true),
      ("attention_mode", "tvm"),
    ]).recognized()
    guard case .slidingWindow(let window) = model.configuration.attention[1] else {
      Issue.record("full attention")
      return
    }
    #expect(window.oneSided == 2 && window.dilations == [2, 2] && window.isCausal)
  }

  @Test(
    "Modes that are other patterns are refused by name",
    arguments: [
      ("sliding_chunks_no_overlap", "config.attention-mode"), ("n2", "config.attention-mode"),
      ("something", "config.value"),
    ])
  func modes(mode: String, code: String) throws {
    let sample = try sample([("attention_window", [2, 2]), ("attention_mode", .string(mode))])
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == code)
    #expect(error?.location.entry == "attention_mode")
  }

  @Test("Without global projections it is a RoBERTa, whatever the configuration says")
  func full() throws {
    var sample = try SampleModel()
    sample.configuration["attention_mode"] = "n2"
    sample.configuration["attention_window"] = [2, 2]
    #expect(try sample.recognized().table.family == "roberta")
  }

  @Test("What broken converters write is refused, and can be read on demand")
  func broken() throws {
    var sample = try sample([("attention_window", [4, 6])])
    sample.configuration["model_type"] = "longformer"
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == "model.tensors")
    #expect(error?.hint?.contains("--config") == true)
    sample.configuration["model_type"] = "roberta"
    #expect(try sample.recognized().configuration.attentionWindows == [4, 6])
  }
}
