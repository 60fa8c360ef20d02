import LFCore
import LFFiles

/// A link that leads nowhere where a file of a model should be, as an interrupted
/// download leaves behind. It is never passed over in silence.
enum LostLink {
  /// A remark, where the model can be read without the file.
  static func note(_ name: String) -> String {
    "\(name) is a link that leads nowhere: it is left out"
  }

  /// The error, where it cannot.
  static func error(_ name: String, in folder: String) -> LFError {
    .refused(
      "io.lost-link", at: .init(file: folder, entry: name), expected: "a file",
      found: "a link that leads nowhere", hint: "copy or download the file again")
  }
}
