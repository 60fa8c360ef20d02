import LFPictures
import Testing

@Suite("Markup")
struct MarkupTests {
  @Test("Text cannot leave its element, and holds only what XML knows")
  func text() {
    #expect(
      Markup.text("a<b>&\"c\" \u{1B}[31m\u{0}\u{85}\u{FFFF}é\t\n")
        == #"a&lt;b&gt;&amp;&quot;c&quot; \u{1b}[31m\u{0}\u{85}\u{ffff}é\u{9}\u{a}"#)
    #expect(Markup.attribute("name", "a\n\"b\"") == #" name="a\u{a}&quot;b&quot;""#)
    #expect(Markup.lines(["<", "\n"]) == "&lt;\n\\u{a}")
  }

  @Test("Numbers have the decimals that are asked for, and coordinates no more than they need")
  func numbers() {
    #expect(Markup.fixed(1.26) == "1.3")
    #expect(Markup.fixed(-0.04) == "0.0")
    #expect(Markup.fixed(-2.345, 2) == "-2.35")
    #expect(Markup.fixed(0.001234, 6) == "0.001234")
    #expect(Markup.fixed(7.6, 0) == "8")
    #expect(Markup.fixed(.nan) == "0" && Markup.fixed(.infinity) == "0")
    #expect(Markup.number(12) == "12")
    #expect(Markup.number(12.50) == "12.5")
    #expect(Markup.number(0.005) == "0.01")
  }

  @Test("A legend names its colours, in HTML and in SVG")
  func legend() {
    let items = [(kind: "band", name: "a < b"), (kind: "none", name: "c")]
    let html = Legend.html(items)
    #expect(html.contains("<rect class=\"band\"") && html.contains("a &lt; b</span>"))
    let svg = Legend.svg(items, x: 10, y: 20)
    #expect(svg.contains("<rect class=\"none\" x=\"110\" y=\"20\""))
    #expect(svg.contains("<text x=\"27\" y=\"30\">a &lt; b</text>"))
  }
}
