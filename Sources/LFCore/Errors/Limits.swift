/// Bounds that are checked before anything is allocated from a file's numbers.
public struct Limits: Sendable {
  /// Longest JSON text read whole: configurations and safetensors headers
  /// (the safetensors reference implementation caps headers at the same size).
  public var jsonBytes = 100_000_000
  /// Deepest nesting of a JSON text.
  public var jsonDepth = 64
  /// Most values in one JSON text, names of members not counted: a value takes
  /// tens of bytes of memory and two of the text.
  public var jsonValues = 4_000_000
  /// Most tensors in one checkpoint.
  public var tensors = 65_536
  /// Longest tensor name in UTF-8 bytes.
  public var nameBytes = 512
  /// Most dimensions of a tensor.
  public var rank = 8
  /// Longest index of a container.
  public var indexBytes = 16 << 20
  /// Longest pickle stream of a checkpoint, weights not counted.
  public var pickleBytes = 256 << 20
  /// Most values one pickle may build.
  public var pickleValues = 4_000_000
  /// Most bytes of all names of classes and functions in one pickle.
  public var pickleNameBytes = 16 << 20
  /// Logical bytes a compressed file may stand for: `ratio × file + slack`.
  public var expansionRatio = 64
  /// The slack of that, in bytes.
  public var expansionSlack = 1 << 30

  /// The limits of the specification.
  public init() {}

  /// The limits that every reader uses unless it is given others.
  public static let standard = Limits()
}
