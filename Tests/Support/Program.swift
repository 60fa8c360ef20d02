import Foundation

/// The built `lfconv`, run as a user would.
public enum Program {
  public struct Result {
    public let exitCode: Int32
    /// Whether a signal ended it.
    public let wasSignalled: Bool
    public let output: String
    public let errors: String

    /// Standard output as a JSON object.
    public var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// Beside the test bundle, where the package manager puts it.
  public static let path: String = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
    let start = bundle ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: start).deletingLastPathComponent()
      .appendingPathComponent("lfconv").path
  }()

  /// What the program inherits: the tests' environment, without what changes its
  /// behaviour. `CI` is set where these tests run in one.
  private static let inherited = ProcessInfo.processInfo.environment.filter {
    $0.key != "CI" && !$0.key.hasPrefix("LFCONV_")
  }

  /// Runs it, or another program around it, to its end.
  public static func run(
    _ arguments: [String], program: String = path, in folder: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = inherited.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let scratch = try Scratch()
    for name in ["out", "err"] { try scratch.file(name) }
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch("out")))
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch("err")))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    return Result(
      exitCode: process.terminationStatus,
      wasSignalled: process.terminationReason == .uncaughtSignal,
      output: try String(contentsOfFile: scratch("out"), encoding: .utf8),
      errors: try String(contentsOfFile: scratch("err"), encoding: .utf8))
  }
}
