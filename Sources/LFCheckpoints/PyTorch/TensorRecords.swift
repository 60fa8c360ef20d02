import LFCore

/// Turns records of a pickle into views of storages.
struct TensorRecords {
  /// Most arguments that any of the known functions takes, and some more.
  private static let argumentLimit = 16

  private let archive: PyTorchArchive
  private let limits: Limits
  /// What has been looked through of the values around the tensors.
  var inert: InertValues

  init(_ archive: PyTorchArchive, limits: Limits) {
    self.archive = archive
    self.limits = limits
    inert = InertValues(archive.graph)
  }

  private var graph: PickleGraph { archive.graph }

  /// Whether a value is described as a tensor, of a supported kind or not.
  static func isTensor(_ reference: PickleReference, in graph: PickleGraph) -> Bool {
    guard let name = graph.callable(reference)?.text else { return false }
    return PyTorchGlobals.tensorFunctions[name] != nil || PyTorchGlobals.foreignTensors[name] != nil
  }

  /// The view that a record describes.
  mutating func view(_ reference: PickleReference, name: TensorName) throws(LFError) -> StridedView
  {
    var (function, arguments) = try call(reference)
    // A parameter wraps a tensor; a hostile pickle could wrap it in itself.
    for _ in 0..<4 {
      if let kind = PyTorchGlobals.foreignTensors[function] {
        throw .unsupported(
          "pytorch.tensor-kind", "\(kind) tensors (\(function)) are not supported")
      }
      switch PyTorchGlobals.tensorFunctions[function] {
      case .parameter:
        guard let inner = arguments.first else { throw malformed("a tensor inside", "nothing") }
        try inert.check(Array(arguments.dropFirst()))
        (function, arguments) = try call(inner)
      case .subclass:
        (function, arguments) = try subclass(arguments)
      case .view: return try view(arguments, type: nil, metadata: 6, name: name)
      case .typedView:
        guard arguments.count >= 7 else { throw malformed("7 arguments", "\(arguments.count)") }
        let type = try elementType(arguments[6])
        return try view(arguments, type: type, metadata: 7, name: name)
      case nil:
        throw .refused(
          "pytorch.unknown-global", expected: "a function that makes a tensor", found: function)
      }
    }
    throw malformed("a tensor", "parameters inside parameters")
  }

  /// The function and arguments of a record.
  private mutating func call(
    _ reference: PickleReference
  ) throws(LFError) -> (String, [PickleReference]) {
    guard let function = graph.callable(reference)?.text, let record = graph.record(reference),
      let arguments = graph.tuple(record.arguments), arguments.count <= Self.argumentLimit
    else { throw malformed("a tensor", graph.describe(reference)) }
    // Attributes are not used, but they may hide what would be.
    try inert.check(record.states + record.items)
    return (function, Array(arguments))
  }

  /// The function and arguments inside those of a tensor with attributes.
  private mutating func subclass(
    _ arguments: [PickleReference]
  ) throws(LFError) -> (String, [PickleReference]) {
    guard arguments.count == 4, let function = graph.global(arguments[0])?.text,
      let type = graph.global(arguments[1])?.text, let inner = graph.tuple(arguments[2]),
      inner.count <= Self.argumentLimit
    else { throw malformed("function, class, arguments and state", "others") }
    guard PyTorchGlobals.plainTensorClasses.contains(type) else {
      throw .unsupported("pytorch.tensor-kind", "tensors of the class \(type) are not supported")
    }
    try inert.check([arguments[3]])
    return (function, Array(inner))
  }

  private mutating func view(
    _ arguments: [PickleReference], type: ElementType?, metadata: Int, name: TensorName
  ) throws(LFError) -> StridedView {
    guard arguments.count >= 4 else { throw malformed("4 arguments", "\(arguments.count)") }
    try inert.check(Array(arguments.dropFirst(4)))
    if arguments.count > metadata { try checkMetadata(arguments[metadata]) }
    let storage = try StorageRecord(arguments[0], in: graph)
    let elementType: ElementType
    switch (type, storage.type) {
    case (let type?, _): elementType = type
    case (nil, .typed(let type)): elementType = type
    case (nil, .untyped): elementType = .u8
    case (nil, .unsupported):
      throw .unsupported(
        "pytorch.storage-type", "storages of the type \(storage.typeName) are not supported")
    }
    guard let offset = graph.integer(arguments[1]) else {
      throw malformed("an offset", graph.describe(arguments[1]))
    }
    let dimensions = try integers(arguments[2], "a size")
    let strides = try integers(arguments[3], "strides")
    let descriptor = TensorDescriptor(
      name: name, elementType: elementType, shape: try TensorShape(dimensions, limits: limits))
    let range = try storage.range(in: archive)
    return try StridedView(descriptor, storage: range, offset: offset, strides: strides)
  }

  /// Refuses views that stand for other values than those in the storage.
  ///
  /// A conjugated or negated tensor is stored as it was before, with a mark;
  /// to overlook it would change every value's sign.
  private func checkMetadata(_ reference: PickleReference) throws(LFError) {
    for pair in PickleDictionary.pairs(reference, in: graph) ?? [] {
      if case .bool(false) = graph[pair.value] { continue }
      throw .unsupported(
        "pytorch.lazy-view",
        "tensors marked \"\(printable(graph.text(pair.key) ?? "?", limit: 40))\" are not supported",
        hint: "save a copy made by torch.clone")
    }
  }

  private func elementType(_ reference: PickleReference) throws(LFError) -> ElementType {
    guard let name = graph.global(reference)?.text else {
      throw malformed("an element type", graph.describe(reference))
    }
    if let type = PyTorchGlobals.elementType(name) { return type }
    guard name.hasPrefix("torch.") else {
      throw .refused("pytorch.unknown-global", expected: "an element type", found: name)
    }
    throw .unsupported(
      "pytorch.dtype", "the element type \(name) is not supported",
      hint: "store the tensors as torch.float32, float16 or bfloat16 first")
  }

  /// The integers of a tuple, or of a `torch.Size` around one.
  private func integers(_ reference: PickleReference, _ what: String) throws(LFError) -> [Int] {
    var reference = reference
    if graph.callable(reference)?.text == "torch.Size", let record = graph.record(reference),
      let inner = graph.tuple(record.arguments)?.first
    {
      reference = inner
    }
    guard let items = graph.tuple(reference) else {
      throw malformed("\(what) as a tuple", graph.describe(reference))
    }
    guard items.count <= limits.rank else {
      throw .refused(
        "tensor.shape", expected: "at most \(limits.rank) dimensions", found: "\(items.count)")
    }
    var result: [Int] = []
    for item in items {
      guard let value = graph.integer(item) else {
        if case .long = graph[item] { throw malformed("\(what) of 64 bits", "a longer integer") }
        throw malformed("integers in \(what)", graph.describe(item))
      }
      result.append(value)
    }
    return result
  }

  private func malformed(_ expected: String, _ found: String) -> LFError {
    .refused("pytorch.tensor-record", expected: expected, found: found)
  }
}
