import LFContainer
import LFConversion
import LFCore
import LFFamilies
import LFModels

/// Runs a conversion and tells what it did.
enum ConversionText {
  static func run(_ converter: Converter, _ console: Console) throws(LFError) {
    let progress = console.progress
    defer { progress.clear() }
    let report = try converter.run { progress.show($0, $1) }
    progress.clear()
    for note in report.notes { console.note(note) }
    try console.object(report.json)
    guard !console.isQuiet else { return }
    try console.result(text(report, isDryRun: converter.isDryRun))
    for check in report.checks {
      let name = check.name.padding(to: 18)
      try console.result("proved  \(name)  \(check.detail)")
    }
  }

  private static func text(_ report: ConversionReport, isDryRun: Bool) -> String {
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
  /// The text with spaces behind it up to a width.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
