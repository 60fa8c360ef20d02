import Foundation
import TestSupport

/// The built program under limits and in the middle of its work.
enum RestrictedProgram {
  static let source = Repository.golden("roberta-masked-lm-three-windows") + "/source"

  /// Arguments of a conversion that takes long enough to be interrupted: many
  /// positions of a small model.
  static func slow(
    _ output: String, from source: String = source, positions: Int = 2_000_000
  ) -> [String] {
    [
      "roberta-to-longformer", source, "-o", output, "--attention-window", "4",
      "--max-positions", String(positions),
    ]
  }

  /// Arguments of a conversion that is done at once.
  static func quick(_ output: String, from source: String = source) -> [String] {
    slow(output, from: source, positions: 100)
  }

  /// Begins to run it; what it prints goes to files in the folder.
  static func start(
    _ arguments: [String], in scratch: Scratch, before: String = "ulimit -c 0"
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let command = "\(before); exec \"$@\" >\"$0.out\" 2>\"$0.err\""
    process.arguments = ["-c", command, scratch("log"), Program.path] + arguments
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs it after some commands of the shell.
  static func run(
    _ arguments: [String], after commands: String, environment: [String: String] = [:],
    program: String = Program.path, in folder: String? = nil
  ) throws -> Program.Result {
    try Program.run(
      ["-c", "\(commands); exec \"$@\"", "sh", program] + arguments, program: "/bin/sh",
      in: folder, environment: environment)
  }

  /// Waits until something is so; false after a while.
  static func wait(seconds: Double = 60, until isSo: () -> Bool) -> Bool {
    let deadline = Date().addingTimeInterval(seconds)
    while !isSo() {
      guard Date() < deadline else { return false }
      usleep(1000)
    }
    return true
  }

  /// Temporary files and folders in a folder.
  static func temporaries(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasPrefix(".lfconv.") }
  }

  /// What is in a folder: paths and bytes.
  static func content(_ folder: String) -> [String: Data] {
    var result: [String: Data] = [:]
    for path in FileManager.default.subpaths(atPath: folder) ?? [] {
      result[path] = FileManager.default.contents(atPath: folder + "/" + path)
    }
    return result
  }

  /// Whether another user can be played: then permissions and the number of
  /// processes are limits for the program.
  static let canBeNobody =
    geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")

  /// The program as somebody who owns nothing, under limits of `prlimit`.
  ///
  /// - Parameter scratch: a folder that becomes everybody's; the program and its
  ///   source are copied into it, since they may lie where only root can go.
  static func runAsNobody(
    _ arguments: [String], in scratch: Scratch, limits: [String] = [], umask: String = "022"
  ) throws -> Program.Result {
    _ = chmod(scratch.path, 0o777)
    let program = scratch(".program/lfconv")
    if !FileManager.default.fileExists(atPath: program) {
      try FileManager.default.createDirectory(
        atPath: scratch(".program"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Program.path, toPath: program)
    }
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    return try Program.run(
      nobody + ["prlimit"] + limits + ["sh", "-c", "umask \(umask); exec \"$@\"", "sh", program]
        + arguments, program: "/usr/bin/setpriv", in: scratch.path)
  }
}
