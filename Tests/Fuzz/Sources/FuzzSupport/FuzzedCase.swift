import Foundation
import LFCore
import LFFiles
import LFVerification

/// A golden case of which a fuzzer chooses one file.
///
/// The others are right, so that what is chosen is read to its end. Every report
/// of the result is made, and what it holds of the case is looked at: words of a
/// file are data wherever they are shown.
public struct FuzzedCase: Sendable {
  private static let names = [
    "case.json", "case.json", "inputs.safetensors", "expected.safetensors", "weights.json",
    "source/config.json",
  ]
  private let folder: String
  private let files: [(path: String, bytes: Data)]

  /// Copies a small case of this repository into the fuzzer's folder.
  public init() {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../../Golden/cases/bert-one-token").standardized
    folder =
      (ProcessInfo.processInfo.environment["LFCONV_FUZZ_FOLDER"] ?? NSTemporaryDirectory())
      + "/case-\(getpid())"
    try? FileManager.default.removeItem(atPath: folder)
    do { try FileManager.default.copyItem(atPath: root.path, toPath: folder) } catch {
      fatalError("cannot copy \(root.path)")
    }
    // Digests in place of weights, empty until a fuzzer writes them.
    let folder = folder
    files = Set(Self.names).map { name in
      (
        folder + "/" + name,
        (try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))) ?? Data()
      )
    }
  }

  /// Verifies the case with these bytes in the file that the first of them chooses.
  public func read(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let name = Self.names[Int(first) % Self.names.count]
    for file in files { FileManager.default.createFile(atPath: file.path, contents: file.bytes) }
    FileManager.default.createFile(
      atPath: folder + "/" + name, contents: Data(bytes.dropFirst()))
    if name == "weights.json" { expectDigests() }
    var verifier = Verifier()
    verifier.needsDetails = true
    guard let report = try? verifier.run([folder]) else { return }
    let texts = [
      report.html, report.junit, report.githubSummary, JSONValue.object(report.json).compact,
      report.cases.map { $0.text(details: true) }.joined(separator: "\n"),
    ]
    for text in texts { Self.check(text, commands: 0) }
    Self.check(report.githubAnnotations, commands: 1)
    precondition((try? JSONParser.parse(Array(texts[3].utf8))) != nil, "no JSON")
  }

  private func expectDigests() {
    let path = folder + "/case.json"
    guard let json = try? JSONParser.parse(InputFile(path).contents(limit: 1 << 20)),
      var object = json.objectValue
    else { return }
    object["expected_tensors"] = "weights.json"
    FileManager.default.createFile(
      atPath: path, contents: Data(JSONValue.object(object).compact.utf8))
  }

  /// Ends the program where a text steers who reads it.
  private static func check(_ text: String, commands limit: Int) {
    var commands = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let start = line.drop { $0 == 0x20 || $0 == 0x09 }
      if start.starts(with: "::".utf8) { commands += 1 }
    }
    precondition(commands <= limit, "a command of a workflow")
    precondition(!text.unicodeScalars.contains { $0 != "\n" && $0.isUnseen }, "an unseen character")
    precondition(!text.utf8.contains(0x1B) && !text.contains("##["), "a command")
  }
}
