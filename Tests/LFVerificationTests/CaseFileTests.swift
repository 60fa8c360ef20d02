import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

/// Files of a case that say something wrong, each told by its own place.
@Suite("Files of golden cases")
struct CaseFileTests {
  @Test(
    "A field that is wrong is named, with what it must be",
    arguments: [
      ("model", "7", "text"), ("model", "\"\"", "text"), ("inputs", "null", "text"),
      ("name", "[]", "text"), ("ignore_padding", "\"yes\"", "true or false"),
      ("convert", "[]", "an object"), ("tolerance", "1e-5", "an object"),
      ("outputs", "[]", "an object"), ("outputs", "{\"logits\": 1}", "an object"),
      ("tolerance", "{\"atol\": -1}", "a number of 0 or more"),
      ("tolerance", "{\"atol\": \"1\"}", "a number of 0 or more"),
      ("tolerance", "{\"tol\": 1}", "atol or rtol"),
      ("convert", "{\"attention_window\": []}", "a number or a list of numbers"),
      ("convert", "{\"attention_window\": [4, 4.5]}", "a number or a list of numbers"),
      ("convert", "{\"max_positions\": 4.5}", "a whole number"),
      ("convert", "{\"window\": 4}", "a known option"), ("expects", "1", "another field"),
    ])
  func fields(key: String, value: String, says: String) throws {
    let scratch = try Scratch()
    var fields = [
      "model": "\"m\"", "inputs": "\"i\"", "expected": "\"e\"", "tolerance": "{\"atol\": 0}",
    ]
    fields[key] = value
    let members = fields.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
    try scratch.file("case.json", "{" + members + "}")
    let error = try #require(failure { try GoldenCase(folder: scratch.path) })
    #expect(error.code == "golden.case" && error.kind == .refused)
    #expect(error.location.entry?.hasPrefix(key) == true, "\(error)")
    #expect(error.message.contains(says), "\(error)")
  }

  @Test("What is left out has its default, and a case is an object", arguments: ["[]", "1"])
  func defaults(text: String) throws {
    let scratch = try Scratch()
    try scratch.file("case.json", text)
    #expect(failure { try GoldenCase(folder: scratch.path) }?.code == "golden.case")
    try scratch.file(
      "case.json", #"{"model": "m", "inputs": "i", "expected": "e", "convert": {}}"#)
    let golden = try GoldenCase(folder: scratch.path)
    #expect(golden.model == scratch("m") && golden.inputs == scratch("i"))
    #expect(!golden.ignorePadding && golden.expectedTensors == nil && golden.conversion != nil)
    #expect(golden.tolerance(of: "logits").absolute == 2e-5)
    #expect(golden.name == URL(fileURLWithPath: scratch.path).lastPathComponent)
  }

  @Test("Inputs and expected outputs that are none are refused, with the tensor's name")
  func tensors() throws {
    typealias Tensor = HandMadeModel.Tensor
    let ids = Tensor("input_ids", [1, 2], integers: [2, 3])
    let wrong: [([Tensor], String?)] = [
      ([ids, Tensor("labels", [1, 2], integers: [2, 3])], "labels"),
      ([Tensor("input_ids", [1, 2], [2, 3])], "input_ids"),
      ([Tensor("input_ids", [2], integers: [2, 3])], "input_ids"),
      ([ids, Tensor("position_ids", [2, 1], integers: [2, 3])], "position_ids"),
      ([Tensor("attention_mask", [1, 2], integers: [1, 1])], nil),
    ]
    for (tensors, entry) in wrong {
      let broken = try BrokenCase("bert-one-token")
      let path = URL(fileURLWithPath: broken.folder + "/inputs.safetensors")
      try HandMadeModel.safetensors(tensors).write(to: path)
      let error = Verifier().verify(broken.folder).error
      #expect(error?.code == "golden.inputs" && error?.location.entry == entry)
    }
    for tensors in [[], [Tensor("logits", [1], integers: [1])]] {
      let broken = try BrokenCase("bert-one-token")
      let path = URL(fileURLWithPath: broken.folder + "/expected.safetensors")
      try HandMadeModel.safetensors(tensors).write(to: path)
      let error = Verifier().verify(broken.folder).error
      #expect(error?.code == "golden.expected" && error?.location.entry == tensors.first?.name)
    }
  }
}
