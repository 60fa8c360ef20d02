import LFCore
import LFFamilies
import Testing

@Suite("Prefixes")
struct PrefixTests {
  @Test(
    "What a training program puts in front is found, not assumed",
    arguments: [
      "model.", "module.", "model.model.", "_orig_mod.", "module.encoder.model.", "a.b.c.d.",
    ])
  func outer(outer: String) throws {
    for head in ModelHead.allCases where head != .bare {
      let sample = try SampleModel(head: head, outer: outer)
      let model = try sample.recognized()
      #expect(model.prefix == outer + "roberta.")
      #expect(model.familyPrefix == "roberta.")
      #expect(model.configuration.head == head)
      // The result has none of it.
      let plan = try ConversionPlan(sameArchitecture: model, sourceTensors: sample.tensors)
      let plain = try SampleModel(head: head)
      #expect(plan.tensors.map(\.descriptor) == plain.tensors)
    }
  }

  @Test("A head may stand outside of what wraps a bare backbone")
  func headOutside() throws {
    let sample = try SampleModel(head: .questionAnswering, prefix: "model.")
    let model = try sample.recognized()
    #expect(model.prefix == "model." && model.familyPrefix.isEmpty)
    #expect(model.configuration.head == .questionAnswering)
    let plan = try ConversionPlan(
      longformerFrom: model, options: LongformerOptions(attentionWindow: [4]), untied: [])
    let names = plan.tensors.map(\.descriptor.name.text)
    #expect(names.contains("qa_outputs.weight"))
    #expect(names.contains("longformer.embeddings.word_embeddings.weight"))
  }

  @Test("Several models in one file are refused with the list")
  func several() throws {
    var sample = try SampleModel(outer: "student.")
    sample.tensors += try SampleModel(outer: "teacher.").tensors
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == "model.ambiguous")
    #expect(error?.message.contains("\"student.roberta.\", \"teacher.roberta.\"") == true)
    #expect(error?.hint?.contains("--key") == true)
  }

  @Test("A name that merely ends alike is no prefix")
  func noBoundary() throws {
    var sample = try SampleModel()
    try sample.add("old_embeddings.word_embeddings.weight", [11, 8])
    let error = #expect(throws: LFError.self) { try sample.recognized() }
    #expect(error?.code == "model.tensors")
    #expect(error?.message.contains("1 unexpected") == true)
  }
}
