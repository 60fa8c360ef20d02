extension CommandLine {
  /// The command as it can be typed again, whatever its words hold.
  static var asTyped: String {
    let name = arguments.first?.split(separator: "/").last.map(String.init) ?? "lfconv"
    return ([name] + arguments.dropFirst()).map(quoted).joined(separator: " ")
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./:,=+@%".utf8.contains(byte)
      }
    }
    guard word.isEmpty || !plain else { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
