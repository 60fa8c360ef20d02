package import LFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Names from outside that are no UTF-8.
///
/// Swift's strings cannot hold them: they become other names, which must be neither
/// read nor written.
package enum ForeignNames {
  /// The first argument of the program that is no UTF-8.
  ///
  /// - Throws: `usage.encoding`, with its number and its text.
  package static func checkArguments() throws(LFError) {
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = unsafe CommandLine.unsafeArgv[index],
        unsafe String(validatingCString: argument) == nil
      else { continue }
      throw LFError(
        .usage, "usage.encoding",
        "expected arguments in UTF-8, found \"\(unsafe shown(argument))\" as number \(index)",
        hint: "give the file a name in UTF-8, or a link to it")
    }
  }

  /// A path from the environment; nil when it is not set or empty.
  ///
  /// - Throws: `usage.encoding`.
  package static func environmentPath(_ name: String) throws(LFError) -> String? {
    guard let value = unsafe getenv(name), unsafe strlen(value) > 0 else { return nil }
    guard let text = unsafe String(validatingCString: value) else {
      throw LFError(
        .usage, "usage.encoding",
        "expected a path in UTF-8 in \(name), found \"\(unsafe shown(value))\"")
    }
    return text
  }

  /// Whether an entry of a folder has a name that is no UTF-8: what stands for it
  /// leads nowhere.
  package static func isForeign(_ name: String, in folder: String) -> Bool {
    name.unicodeScalars.contains("\u{FFFD}") && !Paths.exists(Paths.join(folder, name))
  }

  /// The error for such an entry.
  package static func refused(_ name: String, in folder: String) -> LFError {
    .refused(
      "io.name", at: .init(file: folder, entry: name), expected: "names in UTF-8",
      found: "another one", hint: "rename it in UTF-8")
  }

  /// The bytes that are no UTF-8 shown as `\\xff`.
  private static func shown(_ text: UnsafeMutablePointer<CChar>) -> String {
    var result = ""
    let bytes = unsafe UnsafeBufferPointer(start: text, count: strlen(text))
    var rest = unsafe bytes.map { UInt8(bitPattern: $0) }[...]
    while let first = rest.first {
      let count = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
      if let count {
        result += String(decoding: rest.prefix(count), as: UTF8.self)
        rest = rest.dropFirst(count)
      } else {
        result += "\\x" + hexadecimal([first])
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
