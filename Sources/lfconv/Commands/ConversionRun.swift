import LFConversion
import LFCore

/// What both conversion commands do once their options are read: convert, with
/// a line of progress, and print what was done.
struct ConversionRun {
  let converter: Converter
  let console: Console

  func perform() throws(LFError) -> Int32 {
    let progress = console.progress
    defer { progress.clear() }
    let report = try converter.run { progress.show($0, $1) }
    progress.clear()
    for note in report.notes { console.note(note) }
    try console.object(report.json)
    guard !console.isQuiet else { return 0 }
    try console.result(
      lines: ConversionText.summary(report, isDryRun: converter.isDryRun)
        + ConversionText.proofs(report))
    return 0
  }
}
