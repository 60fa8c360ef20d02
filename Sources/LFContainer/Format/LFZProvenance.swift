/// Where a container's content came from and how it was made.
public struct LFZProvenance: Sendable, Equatable {
  /// A choice that was made, as in `attention_window` = `512`.
  public struct Parameter: Sendable, Equatable {
    /// What was chosen; unique, never empty.
    public var key: String
    /// The choice, as text.
    public var value: String

    /// A key and its value.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// A file that tensors were read from.
  public struct SourceFile: Sendable, Equatable {
    /// Its name, without folders.
    public var name: String
    /// Its size.
    public var byteCount: Int
    /// The 32 bytes of its SHA-256, when that was asked for.
    public var sha256: [UInt8]?

    /// A file and what identifies it.
    public init(name: String, byteCount: Int, sha256: [UInt8]? = nil) {
      self.name = name
      self.byteCount = byteCount
      self.sha256 = sha256
    }
  }

  /// What wrote the container, as in "lfconv 1.0.0".
  public var tool: String
  /// In the order they were given; keys are unique.
  public var parameters: [Parameter]
  /// The files that tensors were read from.
  public var sources: [SourceFile]

  /// No time and no machine: the same input must give the same bytes.
  public init(tool: String, parameters: [Parameter] = [], sources: [SourceFile] = []) {
    self.tool = tool
    self.parameters = parameters
    self.sources = sources
  }

  /// The value of a parameter.
  public func parameter(_ key: String) -> String? {
    parameters.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}
