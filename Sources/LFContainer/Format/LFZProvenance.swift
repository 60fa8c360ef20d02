/// Where a container's content came from and how it was made.
public struct LFZProvenance: Sendable, Equatable {
  /// A choice that was made, as in `attention_window` = `512`.
  public struct Parameter: Sendable, Equatable {
    public var key: String
    public var value: String

    /// A key and its value.
    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// A file that tensors were read from.
  public struct SourceFile: Sendable, Equatable {
    public var name: String
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
