import LFCore
import LFFiles
import LFTools
import Longformer

/// The notes on lines that are cut: each of the first ones, then how many.
struct CutNotes {
  private let console: Console
  private let progress: EncodeProgress
  private let limit: Int
  private var count = 0

  /// Lines that are named.
  private static let most = 10

  init(_ console: Console, _ progress: EncodeProgress, limit: Int) {
    self.console = console
    self.progress = progress
    self.limit = limit
  }

  /// Takes note of a line of which some tokens were left out.
  mutating func add(_ index: Int, cut: Int) {
    guard cut > 0 else { return }
    count += 1
    guard count <= Self.most else { return }
    progress.clear()
    console.note("line \(index + 1) is cut at \(limit) tokens; \(cut) are left out")
  }

  /// Says how many more there were.
  func finish() {
    guard count > Self.most else { return }
    let more = count - Self.most
    console.note(
      more.counted("more line") + (more == 1 ? " is" : " are") + " cut at \(limit) tokens")
  }
}

/// What has been encoded, how fast, and how long the rest takes.
final class EncodeProgress: Sendable {
  private let line: ProgressLine
  private let begun = ContinuousClock.now

  init(_ line: ProgressLine) { self.line = line }

  /// Redraws the line.
  func show(_ progress: TextFileEncoder.Progress) {
    line.show(
      Self.text(progress, seconds: (ContinuousClock.now - begun) / .seconds(1)))
  }

  /// Removes the line.
  func clear() { line.clear() }

  /// The line's text.
  static func text(_ progress: TextFileEncoder.Progress, seconds: Double) -> String {
    var text = "encoding"
    if let fraction = progress.fraction { text += " \(Int(100 * min(1, fraction))) %" }
    text += ", " + progress.lines.counted("text")
    guard seconds > 0 else { return text }
    text += ", \(Int(Double(progress.tokens) / seconds)) tokens/s"
    if let fraction = progress.fraction, fraction > 0, fraction < 1 {
      text += ", \(ProgressLine.duration(seconds * (1 - fraction) / fraction)) left"
    }
    return text
  }
}

/// A text's vector as a line of JSON.
enum EncodedLine {
  /// The object, without the end of the line.
  ///
  /// Numbers are in the shortest form that reads back as the same float32.
  static func json(_ line: TextFileEncoder.Line) -> String {
    let embedding = line.embedding
    var text =
      "{\"index\":\(line.index),\"tokens\":\(embedding.tokenCount),\"cut\":\(embedding.cutCount)"
    text += ",\"embedding\":"
    if embedding.shape.count == 2 {
      let width = max(1, embedding.shape[1])
      let rows = stride(from: 0, to: embedding.values.count, by: width).map {
        list(embedding.values[$0..<min(embedding.values.count, $0 + width)])
      }
      text += "[" + rows.joined(separator: ",") + "]"
    } else {
      text += list(embedding.values[...])
    }
    return text + "}"
  }

  private static func list(_ values: ArraySlice<Float>) -> String {
    "[" + values.map(\.description).joined(separator: ",") + "]"
  }
}
