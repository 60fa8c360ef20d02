public import LFCore
package import LFFiles

/// What a caller can say about a checkpoint beside its path.
public struct OpenOptions: Sendable {
  /// Which state dictionary of a file with several, or which of its tensors
  /// (`--key`): a key or a path of keys, a prefix of names with the dot at its
  /// end, or both (`state_dict/student.`).
  public var key: String?
  /// A configuration for a bare weights file (`--config`).
  public var configurationPath: String?
  /// What is refused as too large.
  public var limits: Limits
  /// A folder that the model's files must lie in.
  package var boundary: Boundary?

  /// Options; all may be left out.
  public init(
    key: String? = nil, configurationPath: String? = nil, limits: Limits = .standard
  ) {
    self.key = key
    self.configurationPath = configurationPath
    self.limits = limits
  }

  /// The part of `key` that is a prefix of tensor names.
  var namePrefix: String? {
    guard let last = key?.split(separator: "/", omittingEmptySubsequences: false).last,
      last.hasSuffix("."), last != "."
    else { return nil }
    return String(last)
  }

  /// The part of `key` that names a state dictionary.
  var stateKey: String? {
    guard let key, let prefix = namePrefix else { return self.key }
    let path = key.dropLast(prefix.count)
    return path.isEmpty ? nil : String(path.dropLast())
  }
}
