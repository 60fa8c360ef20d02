import ArgumentParser
import LFCore
import LFFiles

/// A command that does something and ends with an exit code.
protocol Action: ParsableCommand {
  /// Name and version of the object that `--json` prints.
  static var schema: String { get }
  /// Does it; returns the exit code.
  func perform() throws -> Int32
}

/// Options of every command, of one that `--threads` and `--force` both do
/// something in.
typealias CommonOptions = SharedOptions<ThreadsAndForce>

/// Options of every command.
///
/// Every command takes them all, so that scripts can give them to any; help and
/// completion show only those that do something there.
struct SharedOptions<Uses: SharedOptionUse>: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output, also on failure.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print nothing but results and errors.")
  var quiet = false

  @Flag(
    name: .shortAndLong,
    help: "Tell more: what was read, which names were mapped, the instruction set, times of steps.")
  var verbose = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of threads. (default: all processors)", valueName: "n",
      visibility: Uses.threads ? .default : .hidden))
  var threads: Int?

  @Flag(help: "Do not colour text (NO_COLOR in the environment does the same).")
  var noColor = false

  @Flag(
    help: ArgumentHelp(
      "Replace an output that exists already.", visibility: Uses.force ? .default : .hidden))
  var force = false

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads takes a number from 1 to 1024, found \(threads).")
    }
  }

  /// Threads to use.
  var threadCount: Int { threads ?? Machine.coreCount }

  /// Where results and messages go.
  var console: Console {
    Console(isQuiet: quiet, isVerbose: verbose, isJSON: json, mayColour: !noColor)
  }
}

/// Which of the shared options do something in a command.
protocol SharedOptionUse {
  static var threads: Bool { get }
  static var force: Bool { get }
}

/// A command that computes and writes.
enum ThreadsAndForce: SharedOptionUse {
  static let threads = true
  static let force = true
}

/// A command that computes.
enum ThreadsAlone: SharedOptionUse {
  static let threads = true
  static let force = false
}

/// A command that writes.
enum ForceAlone: SharedOptionUse {
  static let threads = false
  static let force = true
}

/// A command that does neither.
enum NeitherThreadsNorForce: SharedOptionUse {
  static let threads = false
  static let force = false
}
