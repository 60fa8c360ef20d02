import Foundation
import TestSupport
import Testing

/// Words of golden cases are data in every report.
@Suite("Words of golden cases")
struct WordsInCasesTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// A case with changed fields, in a folder of its own.
  private func golden(_ change: (inout [String: Any]) -> Void) throws -> String {
    try scratch.golden("token-classification", changing: change)
  }

  /// Every report of a case.
  private func reports(
    _ folder: String, annotations: Int, showsInText: Bool = true, _ place: String
  ) throws {
    let summary = scratch("summary")
    try? FileManager.default.removeItem(atPath: summary)
    let html = scratch("r.html")
    let junit = scratch("r.xml")
    try NastyWords.expectData(
      ["verify", folder, "--github", "--verbose", "--html", html, "--junit", junit, "--force"],
      annotations: annotations, shows: showsInText,
      environment: ["GITHUB_STEP_SUMMARY": summary], place)
    try NastyWords.expectData(
      ["verify", folder, "--json"], shows: showsInText, place)
    for path in [html, junit, summary] {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let problems = NastyWords.problems(text)
      #expect(problems.isEmpty, "\(place): \(path): \(problems)")
      #expect(!text.contains("<script"), "\(place): \(path)")
    }
    #expect(try String(contentsOfFile: html, encoding: .utf8).contains("gotcha"), "\(place)")
    for path in [html, junit] { #expect(try XMLElements(path).problem == nil, "\(place): \(path)") }
    // A cell of the summary is one cell.
    let rows = try String(contentsOfFile: summary, encoding: .utf8).split(separator: "\n")
    for row in rows where row.hasPrefix("| ") {
      #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 6, "\(place): \(row)")
    }
  }

  @Test("Names, fields, outputs and provenance", arguments: NastyWords.all)
  func fields(word: String) throws {
    try reports(
      golden {
        $0["name"] = word
        $0["description"] = word
        $0["provenance"] = [word: word, "sha256": [word: String(repeating: "0", count: 64)]]
        $0["bits"] = [word: String(repeating: "0", count: 32)]
      }, annotations: 1, "passing with a warning")
    try reports(
      golden {
        $0["name"] = word
        $0["tolerance"] = ["atol": 0, "rtol": 0]
        $0["provenance"] = [
          "model_files": [["name": word, "sha256": String(repeating: "0", count: 64)]]
        ]
      }, annotations: 1, "failing")
    for (place, change) in [
      ("field", { $0[word] = 1 }),
      ("outputs", { $0["outputs"] = [word: 1] }),
      ("attention", { $0["attention"] = word }),
      ("model", { $0["model"] = word }),
      ("inputs", { $0["inputs"] = word }),
      ("expected_tensors", { $0["expected_tensors"] = word }),
      ("config", { $0["config"] = word }),
      ("key", { $0["key"] = word }),
    ] as [(String, (inout [String: Any]) -> Void)] {
      try reports(golden(change), annotations: 1, place)
    }
  }

  @Test("The folder of a case, and an expected output's name", arguments: NastyWords.all)
  func places(word: String) throws {
    let name = word.replacing("/", with: "-")
    let folder = try scratch.copy(try golden { $0["name"] = nil }, as: name)
    try reports(folder, annotations: 0, "folder")
    let json = try NastyWords.expectData(["verify", folder, "--json"])
    let cases = try #require(json.json["cases"] as? [[String: Any]])
    #expect(cases.map { $0["name"] as? String } == [name])
    // A file of expected outputs with a name that no model has.
    let other = try golden { _ in }
    let header =
      "{\(NastyWords.json(word)):{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    try Data(safetensors(header, data: 4)).write(
      to: URL(fileURLWithPath: other + "/expected.safetensors"))
    try reports(other, annotations: 1, "output")
    try Data(safetensors(header, data: 4)).write(
      to: URL(fileURLWithPath: other + "/inputs.safetensors"))
    try reports(other, annotations: 1, "inputs")
  }
}
