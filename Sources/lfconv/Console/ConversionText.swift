import LFContainer
import LFConversion
import LFCore
import LFFamilies
import LFModels

/// What a conversion did, as text for people.
enum ConversionText {
  /// A line for each proof, with how it ended.
  static func proofs(_ report: ConversionReport) -> [String] {
    report.checks.map { check in
      let verdict =
        switch check.status {
        case .passed: "proved  "
        case .measured: "effect  "
        case .skipped: "skipped "
        }
      return "\(verdict)\(check.name.padding(to: 18))  \(check.detail)"
    }
  }

  /// Windows and dilations by layer; nil where attention is full.
  private static func windows(_ configuration: ModelConfiguration) -> String? {
    let layers = configuration.attention.map(\.rule).filter { $0.windowWidth != nil }
      .map { $0.description.replacing("window ", with: "") }
    guard let first = layers.first else { return nil }
    let isSame = layers.allSatisfy { $0 == first }
    let separator = layers.contains { $0.contains(",") } ? "; " : ", "
    return (isSame ? first : layers.joined(separator: separator))
      + " (both sides together), " + (isSame ? "all layers" : "by layer")
  }

  /// Source, output and sizes.
  static func summary(_ report: ConversionReport, isDryRun: Bool) -> [String] {
    let from = report.sourceConfiguration
    let to = report.configuration
    var lines = [
      "source  \(report.sourcePath)  (\(report.sourceFormat), \(from.family), "
        + "\(from.layerCount.counted("layer")) × \(from.hiddenSize), reads "
        + "\(from.longestInput.counted("token")))"
    ]
    if let tiling = report.tiling {
      let whole = tiling.maxPositions / tiling.usableRows
      let rest = tiling.maxPositions % tiling.usableRows
      var parts = ["\(tiling.reservedRows) reserved"]
      if whole > 0 { parts.append("\(whole) × \(tiling.usableRows)") }
      if rest > 0 { parts.append("\(rest)") }
      lines.append(
        "rows    \(parts.joined(separator: " + ")) = "
          + tiling.targetRows.counted("position embedding"))
    }
    if isDryRun {
      lines += windows(to).map { ["window  \($0)"] } ?? []
      lines.append(
        "plan    \(report.outputPath)  (\(report.tensorCount.counted("tensor")), reads "
          + "\(to.longestInput.counted("token")), \(report.rawBytes.byteText)); nothing was written"
      )
      return lines
    }
    for file in report.sourceFiles {
      if let digest = file.sha256Text { lines.append("sha256  \(digest)  \(file.name)") }
    }
    let percent = (report.ratio * 100).rounded3
    lines.append(
      "output  \(report.outputPath)  (\(report.tensorCount.counted("tensor")), reads "
        + "\(to.longestInput.counted("token")))")
    lines.append(
      "size    \(report.bytes.byteText) for \(report.rawBytes.byteText) of tensors: \(percent) %, "
        + "in \(report.seconds.rounded3) s")
    return lines
  }
}

extension String {
  /// The text, filled up with spaces to a width.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
