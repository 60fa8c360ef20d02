import ArgumentParser
import LFCore
import LFFamilies
import LFFiles

/// A command that does something and ends with an exit code.
protocol Action: ParsableCommand {
  /// Name and version of the object that `--json` prints.
  static var schema: String { get }
  /// Does it; returns the exit code.
  func perform() throws -> Int32
}

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output, also on failure.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but results and errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print details.")
  var verbose = false

  @Option(help: "Number of threads; default: all processors.")
  var threads: Int?

  @Flag(help: "Do not colour text (NO_COLOR in the environment does the same).")
  var noColor = false

  @Flag(help: "Replace an output that exists already.")
  var force = false

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads takes a number from 1 to 1024.")
    }
  }

  /// Threads to use.
  var threadCount: Int { threads ?? Machine.coreCount }

  /// Where results and messages go.
  var console: Console {
    Console(isQuiet: quiet, isVerbose: verbose, isJSON: json, mayColour: !noColor)
  }
}

/// Values that need more than one word of the command line.
enum CommandValues {
  /// Numbers separated by commas.
  @Sendable static func numbers(_ text: String) throws -> [Int] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count else {
      throw ValidationError("\"\(printable(text, limit: 80))\" is no list of whole numbers.")
    }
    return numbers
  }

  /// What `--attention` takes, in a few words.
  static let attentionForms =
    "full, window:W, window:W1/W2/…, dilated:W:D, blockwise:N, bigbird:BLOCK:RANDOM, "
    + "lsh:CHUNK:ROUNDS, lsh-shared:CHUNK:ROUNDS or recurrence:SEGMENT:MEMORY, and behind it "
    + "+global:first or +global:P,P,…"

  /// A pattern's name.
  @Sendable static func attention(_ text: String) throws -> AttentionName {
    try parsed(text, AttentionName.init(_:))
  }

  /// Names of patterns, separated by commas.
  @Sendable static func attentions(_ text: String) throws -> [AttentionName] {
    try parsed(text, AttentionName.list)
  }

  /// Reads a value; the parser of options prints the message of an error alone,
  /// so that the hint has to be a part of it.
  private static func parsed<Value>(
    _ text: String, _ read: (String) throws(LFError) -> Value
  ) throws -> Value {
    do throws(LFError) {
      return try read(text)
    } catch {
      throw ValidationError(
        error.message + " [\(error.code)]" + (error.hint.map { "; \($0)" } ?? ""))
    }
  }
}
