import Foundation
import TestSupport
import Testing

/// `Specs/threat-model.md` names a test for every promise, and the tests are there.
@Suite("The threat model")
struct ThreatModelTests {
  private static let page =
    (try? String(contentsOfFile: Repository.root + "/Specs/threat-model.md", encoding: .utf8)) ?? ""

  /// The sources of tests, by the name of their suite.
  private static let suites: [String: String] = {
    let root = Repository.root + "/Tests"
    var result: [String: String] = [:]
    for path in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? []
    where path.hasSuffix("Tests.swift") && !path.contains(".build") {
      let name = String((path as NSString).lastPathComponent.dropLast(6))
      // A few names are those of suites in several targets.
      result[name, default: ""] +=
        (try? String(contentsOfFile: root + "/" + path, encoding: .utf8)) ?? ""
    }
    return result
  }()

  /// Suites that a text names, each with its functions.
  private static func tests(in text: Substring) -> [(suite: String, functions: [String])] {
    text.matches(of: /([A-Z][A-Za-z0-9]*Tests)`?((?:,? `[a-z][A-Za-z0-9]*`)*)/).map {
      ($0.1.description, $0.2.matches(of: /[a-z][A-Za-z0-9]*/).map { $0.0.description })
    }
  }

  @Test("Every test that it names is there")
  func namedTests() throws {
    // Folders have such names too.
    let named = Self.tests(in: Self.page[...]).filter {
      Self.suites[$0.suite] != nil || !$0.functions.isEmpty
    }
    #expect(named.count > 40)
    for (suite, functions) in named {
      let source = try #require(Self.suites[suite], "\(suite) is nowhere")
      for function in functions {
        let isThere = source.contains("func \(function)(")
        #expect(isThere, "\(suite) has no \(function)")
      }
    }
  }

  @Test("Every line of its tables names one, or the part of the page that does")
  func rows() {
    let rows = Self.page.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count > 30)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard let last = cells.last, !["shown by", "tests"].contains(last) else { continue }
      #expect(!Self.tests(in: last[...]).isEmpty || last.contains("](#"), "\(row)")
    }
  }
}
