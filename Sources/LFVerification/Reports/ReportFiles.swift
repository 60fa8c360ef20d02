package import LFCore
package import LFFiles

/// Writes reports where a continuous integration expects them.
package enum ReportFiles {
  /// Writes a report.
  package static func write(_ text: String, to file: OutputFile) throws(LFError) {
    try file.append(Array(text.utf8))
    try file.publish()
  }

  /// Adds to a job summary that other steps may have begun.
  package static func append(_ text: String, to path: String) throws(LFError) {
    var bytes: [UInt8] = []
    if Paths.kind(path) == .file {
      bytes = try InputFile(path, isInput: false).contents(limit: summaryLimit)
    }
    bytes += text.utf8
    guard bytes.count <= summaryLimit else {
      throw LFError(
        .io, "io.too-large", "a job summary holds at most \(summaryLimit) bytes",
        at: .init(file: path))
    }
    let file = try OutputFile(path, overwrite: true)
    try file.append(bytes)
    try file.publish()
  }

  /// What GitHub accepts of one step.
  private static let summaryLimit = 1 << 20
}
