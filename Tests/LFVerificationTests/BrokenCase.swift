import Foundation
import LFVerification
import TestSupport

/// A copy of a golden case that a test breaks in one way.
struct BrokenCase {
  let folder: String
  private let scratch: Scratch

  /// - Parameter keepsTensors: whether the case still expects its weights byte
  ///   for byte; otherwise only outputs can tell what is wrong.
  init(_ name: String, keepsTensors: Bool = false) throws {
    scratch = try Scratch()
    folder = try scratch.copy(Repository.golden(name), as: "case")
    if !keepsTensors { try editCase { $0["expected_tensors"] = nil } }
  }

  private func edit(_ file: String, _ change: (inout [String: Any]) -> Void) throws {
    let url = URL(fileURLWithPath: folder + "/" + file)
    var json = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    change(&json!)
    try JSONSerialization.data(withJSONObject: json!).write(to: url)
  }

  func editCase(_ change: (inout [String: Any]) -> Void) throws { try edit("case.json", change) }

  /// Changes the model's configuration.
  func editConfiguration(_ change: (inout [String: Any]) -> Void) throws {
    try edit("source/config.json", change)
  }

  /// Takes the case's weights after conversion as the model, so that they can
  /// be broken in ways a conversion of ours never would.
  func useConverted() throws {
    let source = folder + "/source"
    let url = URL(fileURLWithPath: folder + "/case.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    let conversion = json?["convert"] as? [String: Any] ?? [:]
    let weights = try Data(contentsOf: URL(fileURLWithPath: folder + "/longformer.safetensors"))
    let model = folder + "/converted"
    try FileManager.default.copyItem(atPath: source, toPath: model)
    try weights.write(to: URL(fileURLWithPath: model + "/model.safetensors"))
    try edit("converted/config.json") {
      let pad = $0["pad_token_id"] as? Int ?? 1
      let layers = $0["num_hidden_layers"] as? Int ?? 1
      let window = conversion["attention_window"] ?? 512
      $0["attention_window"] =
        window is [Any] ? window : Array(repeating: window, count: layers)
      $0["max_position_embeddings"] = (conversion["max_positions"] as? Int ?? 4096) + pad + 1
      $0["model_type"] = "longformer"
      if let architecture = ($0["architectures"] as? [String])?.first {
        $0["architectures"] = [
          architecture.replacingOccurrences(of: "Roberta", with: "Longformer")
        ]
      }
    }
  }

  /// Where `useConverted` put the model.
  var converted: String { folder + "/converted" }

  /// Changes the tensors of the model's file.
  func editWeights(
    _ model: String = "source", _ change: (inout SafetensorsFile) throws -> Void
  ) throws {
    var file = try SafetensorsFile(folder + "/\(model)/model.safetensors")
    try change(&file)
    try file.save()
  }
}

extension SafetensorsFile {
  /// The tensor whose name ends so.
  func tensor(_ ending: String) -> Tensor { tensors.first { $0.name.hasSuffix(ending) }! }

  /// Rows of a tensor.
  func rows(_ tensor: Tensor) -> [Data] {
    let width = tensor.range.count / tensor.shape[0]
    return (0..<tensor.shape[0]).map {
      let start = tensor.range.lowerBound + $0 * width
      return Data(data[start..<start + width])
    }
  }

  /// Replaces a tensor's bytes by as many others.
  mutating func set(_ tensor: Tensor, _ bytes: Data) {
    precondition(bytes.count == tensor.range.count)
    data.replaceSubrange(tensor.range, with: bytes)
  }

  /// Replaces a tensor's rows.
  mutating func set(_ tensor: Tensor, rows: [Data]) { set(tensor, Data(rows.joined())) }
}

extension Verifier {
  /// One for recorded cases, whose models lie outside of them.
  static var trusting: Verifier {
    var verifier = Verifier()
    verifier.allowsOutside = true
    return verifier
  }
}
