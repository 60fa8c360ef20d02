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
    let json = CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
    var schema = "lfconv.error/1"
    do {
      try ForeignNames.checkArguments()
      var command = try LFConvCommand.parseAsRoot()
      guard let action = command as? any Action else {
        // The parser's own commands, help among them, and those that only hold others.
        try command.run()
        return 0
      }
      schema = type(of: action).schema
      try InstructionSet.check(Machine.environment(InstructionSet.variable))
      return try action.perform()
    } catch let error as LFError {
      report(error, schema: schema, json: json)
      return error.kind.rawValue
    } catch {
      let whole = LFConvCommand.fullMessage(for: error)
      guard LFConvCommand.exitCode(for: error) != .success else { return show(whole) }
      // The whole begins with "Error: " and the message, which may quote arguments,
      // and ends with the usage.
      let message = LFConvCommand.message(for: error)
      let usage = whole.hasPrefix("Error: " + message) ? whole.dropFirst(7 + message.count) : ""
      StandardStreams.error("lfconv: error: \(printable(message))\(usage)\n")
      if json { object(LFError(.usage, "usage.arguments", message), schema: schema) }
      return LFError.Kind.usage.rawValue
    }
  }

  /// Shows help or the version, which are results.
  private static func show(_ text: String) -> Int32 {
    do throws(LFError) {
      try StandardStreams.output(text + "\n")
      return 0
    } catch {
      report(error, schema: "", json: false)
      return error.kind.rawValue
    }
  }

  /// Tells a failure: to people on standard error, to scripts as JSON.
  private static func report(_ error: LFError, schema: String, json: Bool) {
    Console.error(error)
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
    var object = JSONObject([("code", .string(code)), ("message", .string(fullMessage))])
    object["file"] = location.file.map { .string($0) }
    object["entry"] = location.entry.map { .string($0) }
    object["offset"] = location.offset.map { JSONValue($0) }
    object["hint"] = hint.map { .string($0) }
    return object
  }
}
