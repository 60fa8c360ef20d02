import LFCore
import Testing

@testable import LFFamilies

@Suite("Family tables")
struct FamilyTableTests {
  @Test("Every table of the build is well-formed")
  func tables() throws {
    // The folder is what counts, so no list of names stands here.
    #expect(try FamilyTable.all().count == EmbeddedFamilies.texts.count - 1)
    for table in try FamilyTable.all() {
      for head in table.heads {
        let rows = table.rows(head: head, layers: 2)
        let canonical = rows.map(\.canonical)
        #expect(Set(canonical).count == canonical.count)
        #expect(rows.allSatisfy { !$0.canonical.text.contains("{") })
      }
    }
  }

  @Test("A Longformer's table is a RoBERTa's plus the global projections")
  func global() throws {
    let roberta = Set(
      try FamilyTable.named("roberta").rows(head: .bare, layers: 1).map(\.canonical.text))
    let longformer = try FamilyTable.named("longformer").rows(head: .bare, layers: 1)
    let extra = longformer.filter { !roberta.contains($0.canonical.text) }
    #expect(extra.count == 6)
    #expect(extra.allSatisfy { $0.copiedFrom != nil && $0.canonical.text.contains("_global.") })
  }

  @Test("Types that cannot be converted are refused with the reason")
  func unsupported() {
    let error = #expect(throws: LFError.self) {
      try FamilyTable.forModelType("mpnet", origin: "config.json")
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("relative position") == true)
    #expect(
      #expect(throws: LFError.self) { try FamilyTable.forModelType("no-such-type", origin: nil) }?
        .code
        == "model.unknown")
  }
}
