import LFContainer
import LFConversion
import LFCore
import LFFamilies
import LFModels

/// What a conversion did, as text for people.
enum ConversionText {
  /// A line for each proof.
  static func proofs(_ report: ConversionReport) -> String {
    report.checks.map { "proved  \($0.name.padding(to: 18))  \($0.detail)" }
      .joined(separator: "\n")
  }

  /// Source, output and sizes.
  static func summary(_ report: ConversionReport, isDryRun: Bool) -> String {
    let from = report.sourceConfiguration
    let to = report.configuration
    var lines = [
      "source  \(report.sourcePath)  (\(report.sourceFormat), \(from.family), "
        + "\(from.layerCount) layers × \(from.hiddenSize), reads \(from.longestInput) tokens)"
    ]
    if let tiling = report.tiling {
      let whole = tiling.maxPositions / tiling.usableRows
      let rest = tiling.maxPositions % tiling.usableRows
      lines.append(
        "rows    \(tiling.reservedRows) reserved + \(whole) × \(tiling.usableRows)"
          + (rest > 0 ? " + \(rest)" : "") + " = \(tiling.targetRows) position embeddings")
    }
    if isDryRun {
      lines.append(
        "plan    \(report.tensorCount) tensors, \(report.rawBytes.byteText); nothing was written")
      return lines.joined(separator: "\n")
    }
    for file in report.sourceFiles {
      if let digest = file.sha256Text { lines.append("sha256  \(digest)  \(file.name)") }
    }
    let percent = (report.ratio * 100).rounded3
    lines.append(
      "output  \(report.outputPath)  (\(report.tensorCount) tensors, reads \(to.longestInput) "
        + "tokens)")
    lines.append(
      "size    \(report.bytes.byteText) for \(report.rawBytes.byteText) of tensors: \(percent) %, "
        + "in \(report.seconds.rounded3) s")
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The text, filled up with spaces to a width.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
