import LFFamilies
import LFTools
import TestSupport
import Testing

@Suite("Drawing of attention")
struct AttentionDrawingTests {
  private func window(_ oneSided: Int, _ dilation: Int = 1) -> AttentionPattern {
    .slidingWindow(SlidingWindow(oneSided: oneSided, dilations: [dilation]))
  }

  @Test("As many tokens as show the widest band, and no more than there are")
  func length() {
    #expect(AttentionDrawing.suggestedLength([window(1)], longest: .max) == 48)
    #expect(AttentionDrawing.suggestedLength([window(4), window(256)], longest: .max) == 1536)
    #expect(AttentionDrawing.suggestedLength([window(4, 8)], longest: .max) == 192)
    #expect(AttentionDrawing.suggestedLength([window(256)], longest: 512) == 512)
    #expect(
      AttentionDrawing.suggestedLength([window(1 << 19, 1 << 20)], longest: .max)
        == AttentionDrawing.mostTokens)
    // Full attention looks the same at every length.
    #expect(AttentionDrawing.suggestedLength([.full], longest: 512) == 48)
  }

  @Test("Panels stand in rows of six, each of whole pixels a cell")
  func layout() throws {
    let drawing = AttentionDrawing(
      title: "t", patterns: (0..<7).map { window(4 + $0 % 2) }, length: 60, globals: [0])
    let panels = drawing.svg.matches(of: /<svg x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/)
    let places = panels.map { [$0.1, $0.2, $0.3, $0.4].compactMap { Int($0) } }
    #expect(places.count == 7)
    #expect(Set(places.map { $0[1] }).count == 2 && places[6][0] == places[0][0])
    #expect(places.allSatisfy { $0[2] == $0[3] && $0[2].isMultiple(of: 60) })
  }
}
