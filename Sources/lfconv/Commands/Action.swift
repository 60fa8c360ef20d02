import ArgumentParser

/// A command that does something and ends with an exit code.
protocol Action: ParsableCommand {
  /// Name and version of the object that `--json` prints.
  static var schema: String { get }
  /// Does it; returns the exit code.
  func perform() throws -> Int32
}
