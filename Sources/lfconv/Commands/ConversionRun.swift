import LFConversion
import LFCore
import Synchronization

/// What both conversion commands do once their options are read: convert, with
/// a line of progress, and print what was done.
struct ConversionRun {
  let converter: Converter
  let console: Console

  func perform() throws(LFError) -> Int32 {
    let progress = console.progress
    defer { progress.clear() }
    let size = Mutex<Int?>(nil)
    var converter = converter
    converter.onPlan = { bytes in size.withLock { $0 = bytes } }
    let report = try converter.run { action, fraction in
      // A proof reads and computes; bytes a second say nothing of it.
      let bytes = action == "writing" ? size.withLock { $0 } : nil
      progress.show(action, fraction, of: bytes.map { .bytes($0) })
    }
    progress.clear()
    console.times(of: progress)
    for note in report.notes { console.note(note) }
    try console.object(report.json)
    guard !console.isQuiet else { return 0 }
    try console.result(
      lines: ConversionText.summary(report, isDryRun: converter.isDryRun)
        + ConversionText.proofs(report))
    return 0
  }
}
