import LFCore
import LFFiles

/// Hugging Face's cache: `models--owner--name/snapshots/<revision>/` holds a
/// model's files as links, and `refs/main` says which revision is current.
enum CacheFolder {
  /// Longest content of a file in `refs` that is looked at.
  private static let referenceLimit = 256

  /// The snapshot that a path stands for: that of a model's folder in the
  /// cache, or of the only model in the whole cache; nil for any other path.
  ///
  /// - Throws: `checkpoint.ambiguous` for several, `checkpoint.no-weights` for
  ///   none.
  static func snapshot(_ path: String) throws(LFError) -> String? {
    guard Paths.kind(path) == .folder else { return nil }
    for folder in [path, Paths.join(path, "hub")] {
      guard Paths.kind(folder) == .folder else { continue }
      if let found = try ofModel(folder) { return found }
      let models = try Paths.entries(folder).filter {
        $0.hasPrefix("models--") && Paths.kind(Paths.join(folder, $0)) == .folder
      }
      switch models.count {
      case 0: continue
      case 1: return try ofModel(Paths.join(folder, models[0]))
      default: throw several(folder, "models", models)
      }
    }
    return nil
  }

  /// The current snapshot of one model's folder; nil when it is none.
  private static func ofModel(_ folder: String) throws(LFError) -> String? {
    let place = Paths.join(folder, "snapshots")
    guard Paths.kind(place) == .folder, Paths.kind(Paths.join(folder, "config.json")) != .file
    else { return nil }
    if let revision = try currentRevision(folder) {
      let current = Paths.join(place, revision)
      if Paths.kind(current) == .folder { return current }
    }
    let snapshots = try Paths.entries(place).filter {
      Paths.kind(Paths.join(place, $0)) == .folder
    }
    guard snapshots.count <= 1 else { throw several(place, "snapshots", snapshots) }
    guard let only = snapshots.first else {
      throw .refused(
        "checkpoint.no-weights", at: .init(file: place), expected: "a snapshot", found: "none",
        hint: "download the model into the cache first")
    }
    return Paths.join(place, only)
  }

  /// What `refs/main` says, if it is a plain name.
  private static func currentRevision(_ folder: String) throws(LFError) -> String? {
    let path = Paths.join(folder, "refs/main")
    guard Paths.kind(path) == .file else { return nil }
    let text = String(
      decoding: try InputFile(path).contents(limit: referenceLimit), as: UTF8.self)
    let revision = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return revision.isEmpty ? nil : String(revision)
  }

  private static func several(_ folder: String, _ what: String, _ found: [String]) -> LFError {
    let shown = found.prefix(12).map { printable($0, limit: 120) }.joined(separator: ", ")
    let more = found.count > 12 ? " and \(found.count - 12) more" : ""
    return .refused(
      "checkpoint.ambiguous", at: .init(file: folder), expected: "one of \(what)",
      found: "\(found.count): \(shown)\(more)", hint: "give the path of one of them")
  }
}
