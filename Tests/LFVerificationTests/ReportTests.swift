import Foundation
import LFVerification
import TestSupport
import Testing

/// Reports of a run in which one case passes, one fails and one is an error.
@Suite("Reports")
struct ReportTests {
  private let scratch: Scratch

  /// A folder with the three cases, under names that need escaping.
  init() throws {
    scratch = try Scratch()
    let folder = scratch("cases")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["good", "wrong", "broken"] {
      let copy = try scratch.copy(
        Repository.golden("longformer-masked-lm-own-global-projections"), as: "cases/\(name)")
      let url = URL(fileURLWithPath: copy + "/case.json")
      var json =
        try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
      json["name"] = "\(name) <&\"'|100%,:\n::error::x\u{1B}[31m"
      if name == "broken" { json["model"] = "no\nwhere|`<b>" }
      try JSONSerialization.data(withJSONObject: json).write(to: url)
      guard name == "wrong" else { continue }
      let configuration = URL(fileURLWithPath: copy + "/source/config.json")
      var text = try String(contentsOf: configuration, encoding: .utf8)
      text.replace("[\n    8,\n    4\n  ]", with: "[16, 8]")
      #expect(text.contains("[16, 8]"))
      try Data(text.utf8).write(to: configuration)
    }
  }

  private func report(_ change: (inout Verifier) -> Void = { _ in }) throws -> VerificationReport {
    var verifier = Verifier()
    change(&verifier)
    let report = try verifier.run([scratch("cases")])
    #expect(report.passed == 1 && report.failed == 2)
    return report
  }

  // MARK: JSON

  @Test("--json is as its schema says, on success and on failure")
  func schema() throws {
    let schema = try SchemaCheck(command: "verify")
    let runs = [
      [scratch("cases")], [scratch("cases"), "--perturb"], [scratch("cases/good")],
      [scratch("nowhere")],
    ]
    for arguments in runs {
      let result = try Program.run(["verify", "--json"] + arguments)
      #expect(schema.problems(result.json) == [])
    }
    // The check itself notices a wrong value.
    var json = try Program.run(["verify", "--json", scratch("cases")]).json
    var cases = json["cases"] as? [[String: Any]] ?? []
    cases[0]["status"] = "passed"
    json["cases"] = cases
    #expect(!schema.problems(json).isEmpty)
  }

  @Test("The object tells what the text tells")
  func object() throws {
    let json = try Program.run(["verify", "--json", scratch("cases")]).json
    let cases = json["cases"] as? [[String: Any]] ?? []
    let wrong = try #require(cases.first { $0["status"] as? String == "fail" })
    #expect(wrong["first_drifting_layer"] as? Int == 1)
    #expect(wrong["cause"] as? String == "attention-window")
    #expect(wrong["confirmed"] as? Bool == true)
    let error = try #require(cases.first { $0["status"] as? String == "error" })
    #expect(error["code"] as? String == "io.not-found")
    let text = try Program.run(["verify", scratch("cases")])
    #expect(text.exitCode == 1)
    #expect(text.output.contains("hint: with the attention window [8, 4] in place of [16, 8]"))
    #expect(text.output.contains("drift begins in layer 1 of 2"))
  }

  // MARK: JUnit

  @Test("JUnit XML keeps to the schema that Jenkins checks with")
  func junit() throws {
    let path = scratch("report.xml")
    let result = try Program.run(["verify", scratch("cases"), "--junit", path])
    #expect(result.exitCode == 1)
    let elements = try XMLElements(path)
    #expect(elements.problem == nil)
    let rules: [String: (required: Set<String>, optional: Set<String>, parents: Set<String>)] = [
      "testsuites": ([], ["name", "time", "tests", "failures", "errors"], [""]),
      "testsuite": (
        ["name", "tests", "failures", "errors"], ["time", "skipped"], ["testsuites"]
      ),
      "testcase": (["name"], ["time", "classname"], ["testsuite"]),
      "failure": ([], ["message", "type"], ["testcase"]),
      "error": ([], ["message", "type"], ["testcase"]),
    ]
    for element in elements.all {
      let rule = try #require(rules[element.name], "\(element.name)")
      let names = Set(element.attributes.keys)
      #expect(names.isSuperset(of: rule.required))
      #expect(names.isSubset(of: rule.required.union(rule.optional)))
      #expect(rule.parents.contains(element.parent))
      if let time = element.attributes["time"] {
        #expect(time.wholeMatch(of: /[0-9]+\.[0-9]{3}/) != nil)
      }
    }
    let suite = try #require(elements.all.first { $0.name == "testsuite" }).attributes
    #expect(suite["tests"] == "3" && suite["failures"] == "1" && suite["errors"] == "1")
    #expect(elements.all.count { $0.name == "testcase" } == 3)
    let failure = try #require(elements.all.first { $0.name == "failure" })
    #expect(failure.attributes["type"] == "attention-window")
    #expect(failure.text.contains("hint: with the attention window"))
    let name = elements.all.first { $0.name == "testcase" }?.attributes["name"] ?? ""
    #expect(name.contains("<&\"'|100%"))
    // Written again, in place of the older one.
    #expect(
      try Program.run(["verify", scratch("cases/good"), "--junit", path, "--force"]).exitCode == 0)
  }

  @Test("A report that cannot be written is a failure of its own")
  func unwritable() throws {
    let result = try Program.run(
      ["verify", scratch("cases/good"), "--junit", scratch("nowhere/report.xml")])
    #expect(result.exitCode == 4)
    let json = try Program.run(
      ["verify", scratch("cases/good"), "--json", "--html", scratch("nowhere/report.html")])
    #expect(json.exitCode == 4)
    #expect(json.output.split(separator: "\n").count == 1 && json.json["error"] != nil)
  }

  // MARK: GitHub

  @Test("Annotations cannot be broken out of, and the summary is added to what is there")
  func github() throws {
    let summary = try scratch.file("summary.md", "# Before\n")
    let result = try Program.run(
      ["verify", scratch("cases"), "--github"], environment: ["GITHUB_STEP_SUMMARY": summary])
    let commands = result.output.split(separator: "\n").filter { $0.hasPrefix("::") }
    #expect(commands.count == 2)
    for command in commands {
      let pattern = /::error file=([^,:]+),title=([^,:]+)::(.+)/
      let match = try #require(String(command).wholeMatch(of: pattern), "\(command)")
      #expect(match.2.contains("%25") && match.2.contains(#"\u{a}%3A%3Aerror"#))
    }
    #expect(commands.contains { $0.contains("%0AHint: with the attention window") })
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    #expect(text.hasPrefix("# Before\n### lfconv verify: 1 passed, 1 failed, 1 could not"))
    // A table of one header, one rule and three rows of five cells each.
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 5)
    for row in rows {
      let bars = row.replacing("\\|", with: "").count { $0 == "|" }
      #expect(bars == 6, "\(row)")
    }
    #expect(!text.contains("<b>"))
    let json = try Program.run(["verify", scratch("cases"), "--github", "--json"])
    #expect(json.json["schema"] as? String == "lfconv.verify/1")
    #expect(json.errors.contains("::error file="))
  }

  // MARK: HTML

  @Test("The page is well-formed, holds every part, and asks for nothing from elsewhere")
  func html() throws {
    let path = scratch("report.html")
    let result = try Program.run(
      ["verify", scratch("cases"), "--html", path, "--perturb"])
    #expect(result.exitCode == 1)
    let elements = try XMLElements(path)
    #expect(elements.problem == nil)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for part in [
      "Error by output", "Position table", "Error by token and layer", "Attention pattern",
      "Outputs", "Provenance", "mutants killed", "prefers-color-scheme:dark",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    for name in ["script", "link", "img", "iframe", "object", "image"] {
      #expect(!elements.all.contains { $0.name == name })
    }
    for element in elements.all {
      for (name, value) in element.attributes {
        #expect(!name.hasPrefix("on") && name != "src")
        if name == "href" { #expect(value.hasPrefix("#case-")) }
      }
    }
    #expect(!text.contains("url(") && !text.contains("@import"))
    let ids = Set(elements.all.compactMap { $0.attributes["id"] })
    #expect(ids == ["case-0", "case-1", "case-2"])
  }

  @Test(
    "The page shows the global tokens that a head takes by default",
    arguments: [
      ("question-answering-default-globals", true), ("multiple-choice-default-globals", true),
      ("sequence-classification-default-global", true), ("bert-question-answering", false),
    ])
  func globals(name: String, hasGlobals: Bool) throws {
    let path = scratch("globals.html")
    let result = try Program.run(["verify", Repository.golden(name), "--html", path])
    #expect(result.exitCode == 0)
    let rectangles = try XMLElements(path).all.filter {
      $0.name == "rect" && $0.attributes["class"] == "global" && $0.attributes["height"] != "12"
    }
    #expect(rectangles.isEmpty == !hasGlobals)
  }

  @Test("The page begins with what failed, and tells when, by what and on what it was made")
  func order() throws {
    let path = scratch("report.html")
    #expect(try Program.run(["verify", scratch("cases"), "--html", path]).exitCode == 1)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let verdicts = text.matches(of: /<summary><span class="verdict (\w+)">/).map { String($0.1) }
    #expect(verdicts == ["fail", "error", "pass"])
    let rows = text.components(separatedBy: "</table>")[0]
      .matches(of: /<td><span class="verdict (\w+)">/).map { String($0.1) }
    #expect(rows == verdicts)
    let facts = text.components(separatedBy: "<dl class=\"facts\">")[1].components(
      separatedBy: "</dl>")[0]
    for pattern in [
      #"<dt>date</dt><dd>20\d\d-\d\d-\d\d \d\d:\d\d UTC</dd>"#,
      #"<dt>command</dt><dd>lfconv verify .*report\.html</dd>"#,
      #"<dt>version</dt><dd>lfconv \d+\.\d+\.\d+</dd>"#,
      #"<dt>processor</dt><dd>.+, instruction set \w+</dd>"#,
    ] {
      #expect(
        facts.range(of: pattern, options: .regularExpression) != nil, "\(pattern) in \(facts)")
    }
    for name in ["good", "wrong"] {
      #expect(text.contains("<code>\(scratch("cases/\(name)/source"))</code>"))
    }
    // One model for all stands above.
    let one = try Program.run([
      "verify", scratch("cases"), "--html", path, "--model", scratch("cases/good/source"),
      "--force",
    ])
    #expect(one.exitCode == 0)
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        .contains("<dt>model</dt><dd>\(scratch("cases/good/source"))</dd>"))
  }

  @Test("Names of the provenance and its values stand as they are")
  func provenance() throws {
    let url = URL(fileURLWithPath: scratch("cases/good/case.json"))
    var json =
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    json["provenance"] = [
      "made_by": ["tool_name": String(repeating: "x", count: 30), "atol_used": 1.25e-5],
      "max_error": 0.00012345,
    ]
    try JSONSerialization.data(withJSONObject: json).write(to: url)
    let path = scratch("report.html")
    _ = try Program.run(["verify", scratch("cases/good"), "--html", path])
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for part in [
      "<code>made_by.tool_name</code>", "<code>made_by.atol_used</code>", "<code>max_error</code>",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let written = try String(contentsOf: url, encoding: .utf8).firstMatch(
      of: /"max_error":([-0-9.e]+)/)
    #expect(text.contains("<dd>\(written?.1 ?? "?")</dd>"))
  }

  @Test("What failed is told with found, expected and allowed at its worst place")
  func worst() throws {
    let result = try Program.run(["verify", "--json", scratch("cases/wrong")])
    let output =
      ((result.json["cases"] as? [[String: Any]])?[0]["outputs"] as? [[String: Any]] ?? [])
      .first { $0["passed"] as? Bool == false }
    let worst = try #require(output?["worst"] as? [String: Any])
    let index = try #require(worst["index"] as? [Int])
    let name = try #require(output?["name"] as? String)
    // The expected value is the file's at that place.
    let file = try SafetensorsFile(scratch("cases/wrong/expected.safetensors"))
    let tensor = try #require(file.tensors.first { $0.name == name })
    let place = zip(index, tensor.shape).reduce(0) { $0 * $1.1 + $1.0 }
    let bytes = [UInt8](file.data[tensor.range])
    let width = bytes.count / tensor.shape.reduce(1, *)
    let stored: Double = bytes[(place * width)..<((place + 1) * width)].withUnsafeBytes {
      width == 8 ? $0.loadUnaligned(as: Double.self) : Double($0.loadUnaligned(as: Float.self))
    }
    let expected = try #require(worst["expected"] as? Double)
    #expect(abs(expected - stored) < 1e-12)
    let allowed = try #require(worst["allowed"] as? Double)
    #expect(abs(allowed - (2e-5 + 2e-5 * abs(stored))) < 1e-12)
    let found = try #require(worst["found"] as? Double)
    let times = try #require(worst["times_tolerance"] as? Double)
    #expect(abs(times - abs(found - expected) / allowed) < 1e-9 * times && times > 1)
    let text = try Program.run(["verify", scratch("cases/wrong")]).output
    let at = index.map(String.init).joined(separator: ",")
    #expect(text.contains("\(name) is off by "))
    #expect(
      text.contains(" × the tolerance at [\(at)]: found \(Float(found)), expected "), "\(text)")
    #expect(text.contains(", allowed ") && !text.contains("min cosine 1.0"))
    let path = scratch("report.html")
    _ = try Program.run(["verify", scratch("cases/wrong"), "--html", path])
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("found \(Float(found)), expected ") && page.contains(">tolerance</text>"))
    let off = page.components(separatedBy: "<tr>").filter { $0.contains("fail\">off") }
    #expect(!off.isEmpty && !off.contains { $0.contains("1.000000") })
  }

  // MARK: Rendering

  /// Skipped, and said so, where there is no Chromium.
  @Test(
    "The page is drawn at two widths, light and dark",
    .enabled(if: Browser.path != nil, "no Chromium in PATH"))
  func rendering() throws {
    let path = scratch("report.html")
    try Data(report { $0.needsDetails = true }.html.utf8).write(to: URL(fileURLWithPath: path))
    let browser = try #require(try Browser())
    for width in [1280, 420, 320] {
      var pictures: [Data] = []
      for isDark in [false, true] {
        let picture = try browser.screenshot(of: path, width: width, height: 900, isDark: isDark)
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(picture.count > 20_000, "an empty page")
        pictures.append(picture)
      }
      #expect(pictures[0] != pictures[1], "dark mode changes nothing")
      // Nothing is wider than the window but what scrolls by itself.
      #expect(try browser.overflow(of: path, width: width) <= 0)
    }
  }
}
