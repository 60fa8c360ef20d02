import ArgumentParser
import LFCore
import LFEncoder
import LFFiles

/// The program: parses, runs, and turns every failure into a message, an exit
/// code and, on request, an object of JSON.
@main
enum Main {
  static func main() {
    StandardStreams.protect()
    TemporaryPaths.removeOnSignals()
    InputRecord.begin()
    let code = run()
    // A signal that is about to end the process decides how it ends.
    TemporaryPaths.settle()
    Machine.exit(code)
  }

  private static func run() -> Int32 {
    let words = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
    let json = words.contains("--json")
    let mayColour = !words.contains("--no-color")
    var schema = "lfconv.error/1"
    do {
      try ForeignNames.checkArguments()
      try CommandNames.check(Array(CommandLine.arguments.dropFirst()))
      var command = try LFConvCommand.parseAsRoot()
      guard let action = command as? any Action else {
        // The parser's own commands, help among them, and those that only hold others.
        try command.run()
        return 0
      }
      schema = type(of: action).schema
      if json { StandardStreams.reportOnSignals(schema: schema) }
      // Before any work is done for it.
      if json || !words.contains(where: isQuiet) { try StandardStreams.checkOutput() }
      if words.contains(where: ["--verbose", "-v"].contains) { listen(mayColour) }
      try InstructionSet.check(Machine.environment(InstructionSet.variable))
      defer { warnOfLeftovers() }
      let code = try action.perform()
      // An input that changed meanwhile makes every result worthless. Where something was
      // published they were compared before that.
      if PublishedOutputs.all.isEmpty, let changed = InputRecord.changed() {
        // The result has been printed: there is one object, and this is no other.
        report(changed, schema: schema, json: false, mayColour: mayColour)
        return changed.kind.rawValue
      }
      return code
    } catch let error as LFError {
      let error = blamed(error)
      report(error, schema: schema, json: json, mayColour: mayColour)
      return error.kind.rawValue
    } catch {
      let whole = LFConvCommand.fullMessage(for: error)
      guard LFConvCommand.exitCode(for: error) != .success else { return show(whole, mayColour) }
      // The whole begins with "Error: " and the message, which may quote arguments,
      // and ends with the usage.
      let message = LFConvCommand.message(for: error)
      let usage = whole.hasPrefix("Error: " + message) ? whole.dropFirst(7 + message.count) : ""
      Console.failure(printable(message) + usage, mayColour: mayColour)
      if json { object(LFError(.usage, "usage.arguments", message), schema: schema) }
      return LFError.Kind.usage.rawValue
    }
  }

  /// Whether a word of the command line asks for nothing but results.
  private static func isQuiet(_ option: String) -> Bool {
    option == "--quiet"
      || option.hasPrefix("-") && !option.hasPrefix("--") && option.contains("q")
  }

  /// Has details told, and begins with the machine's.
  private static func listen(_ mayColour: Bool) {
    let console = Console(isQuiet: false, isVerbose: true, isJSON: false, mayColour: mayColour)
    DetailLog.listen { console.detail($0) }
    console.detail(
      "\(ToolVersion.text) on \(Machine.processorName), instruction set \(InstructionSet.name)")
  }

  /// Shows help or the version, which are results.
  private static func show(_ text: String, _ mayColour: Bool) -> Int32 {
    do throws(LFError) {
      try StandardStreams.output(text + "\n")
      return 0
    } catch {
      report(error, schema: "", json: false, mayColour: mayColour)
      return error.kind.rawValue
    }
  }

  /// The error to tell: where an input changed while it was read, that is the cause
  /// of whatever did not fit.
  private static func blamed(_ error: LFError) -> LFError {
    // What fails because a signal removes its files is no failure to tell.
    TemporaryPaths.settle()
    StandardStreams.endIfBroken()
    guard [.refused, .internal, .io].contains(error.kind), let changed = InputRecord.changed()
    else { return error }
    return changed
  }

  /// Says what could not be cleaned up; --quiet does not hide it.
  private static func warnOfLeftovers() {
    for path in PublishedOutputs.leftovers {
      StandardStreams.error(
        "lfconv: warning: what was replaced could not be removed; the rest of it is in "
          + "\(printable(path))\n")
    }
  }

  /// Tells a failure: to people on standard error, to scripts as JSON.
  private static func report(_ error: LFError, schema: String, json: Bool, mayColour: Bool) {
    Console.failure("\(error)", hint: error.hint, mayColour: mayColour)
    if json { object(error, schema: schema) }
  }

  private static func object(_ error: LFError, schema: String) {
    StandardStreams.reported()
    let object = JSONObject([("schema", .string(schema)), ("error", .object(error.json))])
    try? StandardStreams.output(JSONValue.object(object).compact + "\n")
  }
}

extension LFError {
  /// The failure as an object, with a `code` that stays the same.
  var json: JSONObject {
    var object = JSONObject([("code", .string(code)), ("message", .string(fullMessage))])
    object["file"] = location.file.map { .string($0) }
    object["entry"] = location.entry.map { .string($0) }
    object["offset"] = location.offset.map { JSONValue($0) }
    object["hint"] = hint.map { .string($0) }
    return object
  }
}
