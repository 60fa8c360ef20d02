import ArgumentParser
import LFCore
import LFEncoder
import LFFiles

/// The program: parses, runs, and turns every failure into a message, an exit
/// code and, on request, an object of JSON.
@main
enum Main {
  static func main() {
    TemporaryPaths.removeOnSignals()
    Machine.exit(run())
  }

  private static func run() -> Int32 {
    let words = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
    let json = words.contains("--json")
    let mayColour = !words.contains("--no-color")
    var schema = "lfconv.error/1"
    do {
      try CommandNames.check(Array(CommandLine.arguments.dropFirst()))
      var command = try LFConvCommand.parseAsRoot()
      guard let action = command as? any Action else {
        // The parser's own commands, help among them, and those that only hold others.
        try command.run()
        return 0
      }
      schema = type(of: action).schema
      if words.contains(where: ["--verbose", "-v"].contains) { listen(mayColour) }
      try InstructionSet.check(Machine.environment(InstructionSet.variable))
      return try action.perform()
    } catch let error as LFError {
      report(error, schema: schema, json: json, mayColour: mayColour)
      return error.kind.rawValue
    } catch {
      let message = LFConvCommand.fullMessage(for: error)
      guard LFConvCommand.exitCode(for: error) != .success else { return show(message, mayColour) }
      // The parser's message begins with "Error: " and ends with the usage.
      let text = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
      Console.failure(text, mayColour: mayColour)
      if json {
        let first = text.split(separator: "\n").first.map(String.init) ?? text
        object(LFError(.usage, "usage.arguments", first), schema: schema)
      }
      return LFError.Kind.usage.rawValue
    }
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

  /// Tells a failure: to people on standard error, to scripts as JSON.
  private static func report(_ error: LFError, schema: String, json: Bool, mayColour: Bool) {
    Console.failure("\(error)", hint: error.hint, mayColour: mayColour)
    if json { object(error, schema: schema) }
  }

  private static func object(_ error: LFError, schema: String) {
    let object = JSONObject([("schema", .string(schema)), ("error", .object(error.json))])
    try? StandardStreams.output(JSONValue.object(object).compact + "\n")
  }
}

extension LFError {
  /// The failure as an object, with a `code` that stays the same.
  var json: JSONObject {
    var object = JSONObject([("code", .string(code)), ("message", .string(message))])
    object["file"] = location.file.map { .string($0) }
    object["entry"] = location.entry.map { .string($0) }
    object["offset"] = location.offset.map { JSONValue($0) }
    object["hint"] = hint.map { .string($0) }
    return object
  }
}
