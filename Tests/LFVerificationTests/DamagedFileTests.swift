import Foundation
import TestSupport
import Testing

/// Files of a case that are missing, cut off, another thing, or hold what the
/// model cannot take: each is an error that names the file and the entry.
@Suite("Damaged files of golden cases")
struct DamagedFileTests {
  private static let names = [
    "inputs.safetensors", "expected.safetensors", "longformer.safetensors", "longformer.json",
  ]

  /// A case whose expected tensors are such a file.
  private func broken(_ file: String) throws -> BrokenCase {
    try BrokenCase(
      file.hasSuffix(".json") ? "digests-in-place-of-weights" : "globals-absent",
      keepsTensors: true)
  }

  private func error(_ broken: BrokenCase) throws -> (code: String, message: String, exit: Int32) {
    let result = try Program.run(["verify", broken.folder, "--json", "--perturb"])
    #expect(!result.wasSignalled && result.exitCode != 70)
    let found = try #require((result.json["cases"] as? [[String: Any]])?.first)
    #expect(found["status"] as? String == "error", "\(result.output)")
    return (
      found["code"] as? String ?? "", found["message"] as? String ?? "", result.exitCode
    )
  }

  /// What is recorded of a file that is not there, or another, stands in front.
  private func place(_ message: String) -> Substring {
    message.split(separator: "; ").last ?? ""
  }

  @Test("A file that is not there, or is a folder", arguments: names)
  func missing(name: String) throws {
    let broken = try broken(name)
    let path = broken.folder + "/" + name
    try FileManager.default.removeItem(atPath: path)
    let missing = try error(broken)
    #expect(missing.code == "io.not-found" && missing.exit == 4)
    #expect(place(missing.message).hasPrefix(path + ": "), "\(missing.message)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let folder = try error(broken)
    #expect(folder.message.contains(path), "\(folder.message)")
  }

  @Test(
    "A file that is empty, cut off, a pointer, a page, or anything else",
    arguments: names + ["case.json"],
    ["", "cut", "pointer", "page", "bytes", "nested"])
  func content(name: String, damage: String) throws {
    let broken = try broken(name)
    let path = broken.folder + "/" + name
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let content: Data =
      switch damage {
      case "": Data()
      case "cut": whole.dropLast(7)
      case "pointer":
        Data("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n".utf8)
      case "page": Data("<!DOCTYPE html><html>not found</html>".utf8)
      case "nested": Data(String(repeating: "[", count: 5000).utf8)
      default: Data((0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37) })
      }
    try content.write(to: URL(fileURLWithPath: path))
    let found = try error(broken)
    #expect(found.exit == 2, "\(found.message)")
    #expect(place(found.message).hasPrefix(path), "\(found.message)")
    #expect(found.message.contains("expected "), "\(found.message)")
    if damage == "pointer" {
      #expect(found.message.contains("Git LFS pointer"), "\(found.message)")
    }
  }

  @Test(
    "Inputs that the model cannot take are told with the file and the tensor",
    arguments: [
      ("input_ids", [1, 3], [2, 32, 3], "input.range", "0 to 31"),
      ("input_ids", [1, 3], [2, -1, 3], "input.range", "found -1 at token 1"),
      ("input_ids", [1, 3], [2, .max, 3], "input.range", "found 9223372036854775807"),
      ("input_ids", [0, 3], [], "input.shape", "1 or more"),
      ("input_ids", [1, 0], [], "input.shape", "1 or more"),
      ("input_ids", [1, 1, 3], [2, 3, 4], "input.shape", "[batch, length]"),
      ("input_ids", [1, 65], Array(repeating: 5, count: 65), "input.length", "at most"),
      ("attention_mask", [1, 3], [1, 2, 1], "input.mask", "zeros and ones"),
      ("global_attention_mask", [1, 3], [1, -1, 1], "input.mask", "zeros and ones"),
      ("token_type_ids", [1, 3], [0, 1, 0], "input.range", "0 to 0"),
      ("position_ids", [1, 3], [0, 900, 0], "input.range", "found 900"),
    ] as [(String, [Int], [Int], String, String)])
  func inputs(name: String, shape: [Int], values: [Int], code: String, says: String) throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    var tensors = [HandMadeModel.Tensor(name, shape, integers: values)]
    if name != "input_ids" {
      tensors.append(HandMadeModel.Tensor("input_ids", [1, 3], integers: [2, 3, 4]))
    }
    let path = broken.folder + "/inputs.safetensors"
    try HandMadeModel.safetensors(tensors).write(to: URL(fileURLWithPath: path))
    let found = try error(broken)
    #expect(found.exit == 2 && found.code == code)
    #expect(found.message.contains(path + ":" + name + ": expected"), "\(found.message)")
    #expect(found.message.contains(says), "\(found.message)")
    // Recording from them says the same.
    let scratch = try Scratch()
    let record = try Program.run([
      "golden", "record", broken.folder + "/source", "--inputs", path, "-o", scratch("case"),
    ])
    #expect(record.exitCode == 2 && record.errors.contains(path + ":" + name + ": expected"))
    #expect(scratch.names == [])
  }

  @Test("Expected values that are no floating point numbers, or of no output")
  func expected() throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    let path = broken.folder + "/expected.safetensors"
    let half = HandMadeModel.Tensor("logits", "F16", [1], [0, 0])
    try HandMadeModel.safetensors([half]).write(to: URL(fileURLWithPath: path))
    let found = try error(broken)
    #expect(found.code == "golden.expected")
    #expect(found.message.contains(path + ":logits: expected float32 or float64, found F16"))
  }

  @Test("Expected tensors that are no model's are differences, each by its name")
  func tensors() throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    let path = URL(fileURLWithPath: broken.folder + "/longformer.safetensors")
    try HandMadeModel.safetensors([.init("x", [1], [1])]).write(to: path)
    let result = try Program.run(["verify", broken.folder])
    #expect(result.exitCode == 1)
    #expect(result.output.contains("OFF tensor x is missing"))
    #expect(result.output.contains("the case is damaged: longformer.safetensors is not the file"))
  }

  @Test("key and config of a case are texts, and the model is opened with them")
  func options() throws {
    let broken = try BrokenCase("globals-absent", keepsTensors: true)
    for key in ["key", "config"] {
      let other = try BrokenCase("globals-absent", keepsTensors: true)
      try other.editCase { $0[key] = 7 }
      let found = try error(other)
      #expect(found.code == "golden.case" && found.message.contains("case.json:\(key): expected"))
    }
    try FileManager.default.moveItem(
      atPath: broken.folder + "/source/config.json", toPath: broken.folder + "/mine.json")
    try broken.editCase { $0["model"] = "source/model.safetensors" }
    #expect(try error(broken).code == "model.no-configuration")
    try broken.editCase { $0["config"] = "mine.json" }
    #expect(try Program.run(["verify", broken.folder]).exitCode == 0)
    try broken.editCase { $0["key"] = "nothing." }
    #expect(try error(broken).code == "checkpoint.key")
    try broken.editCase { $0["key"] = "longformer." }
    // The backbone alone has no logits.
    #expect(try Program.run(["verify", broken.folder]).exitCode == 1)
  }
}
