import Foundation
import TestSupport
import Testing

/// `lfconv draw`, its pictures read back and compared with masks made key by
/// key from the definition of a band.
@Suite("draw")
struct DrawTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private struct Picture {
    let panels: [PictureCells]
    let texts: [String]
    let text: String
  }

  private func draw(_ arguments: [String]) throws -> Picture {
    let path = scratch("\(UUID().uuidString).svg")
    let result = try Program.run(["draw", "-o", path] + arguments)
    #expect(result.exitCode == 0, "\(result.errors)")
    let elements = try XMLElements(path)
    #expect(elements.problem == nil)
    #expect(elements.all.first?.name == "svg" && elements.all[0].attributes["viewBox"] != nil)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let panels = text.components(separatedBy: "<svg x=").dropFirst()
      .map { PictureCells(String($0.components(separatedBy: "</svg>")[0])) }
    #expect(elements.all.count { $0.name == "svg" } == panels.count + 1)
    return Picture(
      panels: panels, texts: elements.all.filter { $0.name == "text" }.map(\.text), text: text)
  }

  private func band(
    _ length: Int, window: Int, dilations: [Int] = [1], isCausal: Bool = false
  ) -> [[Bool]] {
    (0..<length).map { query in
      (0..<length).map { key in
        dilations.contains { dilation in
          let distance = key - query
          return distance % dilation == 0 && abs(distance) <= window / 2 * dilation
            && (!isCausal || distance <= 0)
        }
      }
    }
  }

  @Test("Windows and dilations by layer: a panel each, painted where a key is seen")
  func windows() throws {
    let picture = try draw([
      "--attention-window", "8,8,2", "--attention-dilation", "1,3,2", "--length", "50", "--global",
      "0,20",
    ])
    #expect(picture.panels.count == 3)
    for (panel, (window, dilation)) in zip(picture.panels, [(8, 1), (8, 3), (2, 2)]) {
      #expect(panel.isPainted == band(50, window: window, dilations: [dilation]))
      #expect(panel.globals.map { $0[0] } == [0, 0, 40, 0])  // columns at 0 and 20 of 50
      #expect(panel.globals.map { $0[1] } == [0, 0, 0, 40])
    }
    for text in [
      "Attention windows", "50 tokens: queries from top to bottom, keys from left to right",
      "layer 0", "layer 1", "layer 2", "window 8", "window 8, dilation 3", "window 2, dilation 2",
      "local", "global", "not seen",
    ] {
      #expect(picture.texts.contains(text), "\(text) in \(picture.texts)")
    }
  }

  @Test("Models of golden cases: bands, causal bands, dilations by head, full attention")
  func models() throws {
    let causal = try draw([Repository.golden("autoregressive") + "/source", "--global", "0"])
    #expect(causal.panels.count == 2)
    for (panel, window) in zip(causal.panels, [8, 4]) {
      #expect(panel.isPainted == band(panel.shades.count, window: window, isCausal: true))
      #expect(
        panel.globals == [
          [0, 0, panel.globals[0][2], 100], [0, 0, panel.globals[0][2], panel.globals[0][2]],
        ])
    }
    #expect(causal.texts.contains("window 8, causal"))
    let heads = try draw([Repository.golden("dilation-per-head") + "/source", "--length", "40"])
    let configuration = try JSONSerialization.jsonObject(
      with: Data(
        contentsOf: URL(
          fileURLWithPath: Repository.golden("dilation-per-head") + "/source/config.json")))
    let fields = try #require(configuration as? [String: Any])
    let windows = try #require(fields["attention_window"] as? [Int])
    let dilations = try #require(fields["attention_dilation"] as? [[Int]])
    // Head by head: a panel for each dilation of a layer, in the order of its heads.
    var expected: [(label: String, caption: String, band: [[Bool]])] = []
    for (layer, (window, row)) in zip(windows, dilations).enumerated() {
      var seen: [Int] = []
      for dilation in row where !seen.contains(dilation) { seen.append(dilation) }
      for dilation in seen {
        let own = row.indices.filter { row[$0] == dilation }
        let label =
          seen.count == 1
          ? "layer \(layer)"
          : "layer \(layer), \(own.count == 1 ? "head" : "heads") "
            + own.map(String.init).joined(separator: ", ")
        let caption = "window \(window)" + (dilation == 1 ? "" : ", dilation \(dilation)")
        expected.append((label, caption, band(40, window: window, dilations: [dilation])))
      }
    }
    #expect(expected.contains { $0.label.contains("head") })
    #expect(heads.panels.count == expected.count)
    for (panel, wanted) in zip(heads.panels, expected) {
      #expect(panel.isPainted == wanted.band, "\(wanted.label)")
      #expect(heads.texts.contains(wanted.label), "\(wanted.label) in \(heads.texts)")
      #expect(heads.texts.contains(wanted.caption), "\(wanted.caption) in \(heads.texts)")
    }
    let full = try draw([Repository.golden("pad-zero") + "/source", "--global", "3"])
    #expect(full.panels.allSatisfy { $0.isPainted.joined().allSatisfy { $0 } })
    #expect(full.panels.allSatisfy { $0.globals.isEmpty })
    #expect(full.texts.contains("full attention"))
    // As many tokens as the model reads: pad-zero has 20.
    #expect(full.panels[0].shades.count == 20)
  }

  @Test("A pattern by name is drawn with a model's layers, or alone")
  func named() throws {
    let model = Repository.golden("pad-zero") + "/source"
    let alone = try draw(["--attention", "blockwise:2", "--length", "24"])
    // Of twelve heads ten see the own half, two the other.
    #expect(alone.panels.count == 2 && alone.texts.contains("blockwise:2"))
    for text in ["layer 0, heads 0–9", "layer 0, heads 10, 11", "2 blocks, the own one"] {
      #expect(alone.texts.contains(text), "\(text) in \(alone.texts)")
    }
    for (panel, isOwn) in zip(alone.panels, [true, false]) {
      let expected = (0..<24).map { query in
        (0..<24).map { key in (query / 12 == key / 12) == isOwn }
      }
      #expect(panel.isPainted == expected)
    }
    let segments = try draw([model, "--attention", "recurrence:5:3", "--length", "20"])
    #expect(segments.panels.count == 1 && segments.texts.contains("layers 0, 1"))
    for (query, row) in segments.panels[0].shades.enumerated() {
      let begin = query / 5 * 5
      #expect(row.map { $0 > 0 } == (0..<20).map { $0 >= begin - 3 && $0 < begin + 5 }, "\(query)")
    }
    let bird = try draw(["--attention", "bigbird:2:1", "--length", "24"])
    for (query, row) in bird.panels[0].shades.enumerated() {
      let own = query / 2
      let expected = (0..<24).map { key in
        own == 0 || own == 11 || key / 2 == 0 || key / 2 == 11 || abs(key / 2 - own) <= 1
      }
      #expect(row.map { $0 > 0 } == expected, "\(query)")
    }
    for name in ["lsh:8:2", "lsh-shared:8:1", "lsh:4:64", "window:4/8/12", "blockwise:7"] {
      let length = name == "lsh:4:64" ? "1048576" : "96"
      let picture = try draw(["--attention", name, "--length", length])
      // Seven kinds of heads are shown together.
      #expect(picture.panels.count == (name.contains("/") ? 3 : 1))
      #expect(picture.text.utf8.count < 1 << 20)
    }
  }

  @Test("A long title and many dilations are cut where the picture ends, and stay XML")
  func titles() throws {
    let folder = try scratch.copy(
      Repository.golden("pad-zero") + "/source", as: String(repeating: "<&\"x", count: 30))
    let picture = try draw([folder])
    let title = try #require(picture.texts.first { $0.hasPrefix("Attention of <&\"x") })
    #expect(title.count < 60 && title.hasSuffix("…"))
  }

  @Test("Whatever the windows, the picture stays small and quick")
  func huge() throws {
    let picture = try draw([
      "--attention-window", "1048576", "--attention-dilation", "1048576", "--global",
      "5,1000000",
    ])
    #expect(picture.panels.count == 1 && picture.text.utf8.count < 1 << 20)
    #expect(picture.texts.contains { $0.hasPrefix("1048576 tokens") })
  }

  @Test("A global token is drawn when it is asked for, and never dropped in silence")
  func globals() throws {
    let window = ["--attention-window", "8"]
    let none = try draw(window)
    #expect(none.panels[0].globals.isEmpty && !none.texts.contains("global"))
    let far = try draw(window + ["--global-positions", "70"])
    #expect(far.texts.contains { $0.hasPrefix("71 tokens") } && far.panels[0].globals.count == 2)
    #expect(try draw(window + ["--global", "70"]).text == far.text)
    let named = try draw(["--attention", "window:8", "--global-positions", "0,20"])
    #expect(
      named.panels[0].globals
        == (try draw(["--attention", "window:8+global:0,20"])).panels[0].globals)
    let model = Repository.golden("pad-zero") + "/source"
    for call in [window + ["--length", "50"], [model]] {
      let result = try Program.run(
        ["draw", "-o", scratch("x.svg")] + call + ["--global", "500"])
      #expect(result.exitCode == 64)
      #expect(result.errors.contains("found 500 [usage.global-positions]"), "\(result.errors)")
    }
    let full = try Program.run(["draw", "-o", scratch("f.svg"), model, "--global", "3"])
    #expect(full.errors.contains("note: this attention has no global tokens"))
    let other = try Program.run([
      "draw", "-o", scratch("o.svg"), "--attention", "window:8+global:first", "--global", "3",
    ])
    #expect(other.errors.contains("note: the global tokens are those of window:8+global:first"))
  }

  @Test("Layers that are alike share a panel")
  func grouped() throws {
    let twelve = try draw([
      "--attention-window", Array(repeating: "8", count: 12).joined(separator: ","),
    ])
    #expect(twelve.panels.count == 1 && twelve.texts.contains("layers 0–11"))
    let mixed = try draw(["--attention-window", "8,8,8,16,16,4"])
    #expect(mixed.panels.count == 3)
    for text in ["layers 0–2", "layers 3, 4", "layer 5"] { #expect(mixed.texts.contains(text)) }
  }

  @Test("Captions are whole, and lie inside of the picture")
  func captions() throws {
    for call in [
      ["--attention", "recurrence:16:24"], ["--attention-window", "8,16"],
      ["--attention", "lsh-shared:8:2"], ["--attention-window", "1048576,8"],
      ["--attention", "window:4/8/12/16/20/24/28"],
    ] {
      let picture = try draw(call)
      #expect(!picture.texts.contains { $0.contains("…") }, "\(picture.texts)")
    }
  }

  @Test("Calls that make no picture are refused, and leave none")
  func refused() throws {
    let model = Repository.golden("pad-zero") + "/source"
    let calls: [([String], Int32)] = [
      ([], 64), ([model, "--attention-window", "4"], 64), (["--attention-window", "3"], 64),
      (["--attention-window", "4,x"], 64), ([model, "--length", "0"], 64),
      ([model, "--length", "1048577"], 64), ([model, "--attention-dilation", "2"], 64),
      (["--attention-window", "4,4,4", "--attention-dilation", "1,2"], 64),
      (["--attention", "lsh:8"], 64), (["--attention", "lsh:8:1", "--length", "7"], 2),
      (["--attention", "full", "--attention-window", "4"], 64),
      ([model, "--attention", "window:4/4/4"], 64),
      ([scratch("nowhere")], 4),
    ]
    for (arguments, code) in calls {
      let result = try Program.run(["draw", "-o", scratch("x.svg")] + arguments)
      #expect(result.exitCode == code, "\(arguments): \(result.errors)")
    }
    try scratch.file("x.svg", "old")
    #expect(try Program.run(["draw", model, "-o", scratch("x.svg")]).exitCode == 4)
    #expect(scratch.names == ["x.svg"])
    let forced = try Program.run(["draw", model, "-o", scratch("x.svg"), "--force"])
    #expect(forced.output.hasPrefix("drawn   ") && forced.output.contains("2 layers, 20 tokens"))
    #expect(
      try Program.run(["draw", model, "-o", scratch("y.svg"), "--quiet"]).output.isEmpty)
  }
}
