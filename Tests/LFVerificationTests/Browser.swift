import Foundation
import TestSupport

/// Chromium without a window, where it is installed.
struct Browser {
  static let path: String? = {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.components(separatedBy: ":") ?? []
    let names = ["chromium", "chromium-browser", "google-chrome"]
    return folders.flatMap { folder in names.map { folder + "/" + $0 } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  private let path: String
  private let scratch: Scratch

  init?() throws {
    guard let path = Self.path else { return nil }
    self.path = path
    scratch = try Scratch()
  }

  /// A PNG of the page's top.
  func screenshot(of page: String, width: Int, height: Int, isDark: Bool) throws -> Data {
    let file = scratch("shot.png")
    var arguments = ["--window-size=\(width),\(height)", "--screenshot=\(file)"]
    if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
    _ = try run(arguments + ["file://" + page])
    return try Data(contentsOf: URL(fileURLWithPath: file))
  }

  /// By how many pixels the page is wider than a window of this width.
  ///
  /// The page forbids scripts; a page around it measures it in a frame.
  func overflow(of page: String, width: Int) throws -> Int {
    let frame = try scratch.file(
      "frame.html",
      """
      <!DOCTYPE html><body><iframe id="f" src="file://\(page)" width="\(width)" height="900"
      style="border:0"></iframe><p id="p">?</p><script>onload=function(){
      var d=document.getElementById("f").contentDocument.documentElement;
      document.getElementById("p").textContent="over="+(d.scrollWidth-d.clientWidth)+";"}</script>
      """)
    let dom = try run(["--allow-file-access-from-files", "--dump-dom", "file://" + frame])
    guard let match = dom.firstMatch(of: /over=(-?[0-9]+);/) else { return .max }
    return Int(match.1) ?? .max
  }

  private func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments =
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--no-first-run", "--disable-extensions", "--user-data-dir=" + scratch("profile"),
      ] + arguments
    try scratch.file("out")
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch("out")))
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return try String(contentsOfFile: scratch("out"), encoding: .utf8)
  }
}
