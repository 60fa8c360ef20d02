public import LFCore
public import LFFamilies

/// What a conversion changed, found again in the two models.
///
/// Nothing is taken from what a file says of its origin: position rows, copies
/// and rounded values are compared one by one.
public struct ConversionTrace: Sendable {
  /// A side of the comparison; raw values are the names that users know.
  public enum Side: String, Sendable {
    case first = "a"
    case second = "b"
  }

  /// Something that a conversion does to a tensor.
  public enum Change: String, Sendable {
    /// The source's position rows, repeated.
    case tiled
    /// The same, rounded to the result's type.
    case tiledAndRounded = "tiled-and-rounded"
    /// The source's values, rounded to the result's type.
    case rounded
    /// A global projection that is a copy of the source's local one.
    case copied
    /// A tensor that the result's architecture has no use for.
    case leftOut = "left-out"
  }

  /// Which side was converted; the other one is the result.
  public let source: Side
  /// Whether the result is a Longformer with other positions or projections.
  public let isLongformerMade: Bool
  /// How position rows were repeated; nil when they were not.
  public let tiling: PositionTiling?
  /// Type of the result's tensors that were rounded.
  public let roundedTo: ElementType?
  /// Whether nothing else differs.
  public let isComplete: Bool
  private let changes: [TensorName: Change]

  /// What the conversion did to a tensor; nil when that is not all that differs.
  public func change(of name: TensorName) -> Change? { changes[name] }

  /// Names of the tensors that were changed in one of some ways, sorted.
  public func names(_ wanted: Change...) -> [TensorName] {
    changes.filter { wanted.contains($0.value) }.map(\.key).sorted()
  }

  /// The side that was converted into.
  public var result: Side { source == .first ? .second : .first }

  /// Looks for a conversion in either direction; nil when there is no sign of one.
  static func between(
    _ first: ComparedModel, _ second: ComparedModel, differing: [TensorDistance],
    onlyInFirst: [TensorName], onlyInSecond: [TensorName]
  ) throws(LFError) -> ConversionTrace? {
    for side in [Side.first, .second] {
      let (source, result) = side == .first ? (first, second) : (second, first)
      guard let from = source.model, let to = result.model else { return nil }
      var search = ConversionSearch(
        source: source, result: result, from: from, to: to, isSourceFirst: side == .first)
      try search.run(
        differing, onlyInSource: side == .first ? onlyInFirst : onlyInSecond,
        onlyInResult: side == .first ? onlyInSecond : onlyInFirst)
      let isConversion = to.configuration.isLongformer && !from.configuration.isLongformer
      guard isConversion || search.changes.values.contains(where: { $0 != .leftOut }) else {
        continue
      }
      let all = differing.map(\.name) + onlyInFirst + onlyInSecond
      return ConversionTrace(
        source: side, isLongformerMade: isConversion || search.tiling != nil,
        tiling: search.tiling, roundedTo: search.roundedTo,
        isComplete: all.allSatisfy { search.changes[$0] != nil }, changes: search.changes)
    }
    return nil
  }

  /// The member "conversion".
  var json: JSONObject {
    func list(_ names: [TensorName]) -> JSONValue { .array(names.map { .string($0.text) }) }
    var object = JSONObject([
      ("source", .string(source.rawValue)),
      ("complete", .bool(isComplete)),
      ("copied", list(names(.copied))),
      ("rounded", list(names(.rounded, .tiledAndRounded))),
      ("left_out", list(names(.leftOut))),
    ])
    object["rounded_to"] = roundedTo.map { .string($0.rawValue) }
    object["positions"] = tiling.map {
      .object(
        JSONObject([
          ("source_rows", JSONValue($0.sourceReservedRows + $0.usableRows)),
          ("result_rows", JSONValue($0.targetRows)),
          ("reserved_rows", JSONValue($0.reservedRows)),
          ("repeated_rows", JSONValue(min($0.usableRows, $0.maxPositions))),
        ]))
    }
    return object
  }
}

/// The search for what a conversion changed, in one direction.
private struct ConversionSearch {
  let source: ComparedModel
  let result: ComparedModel
  let from: RecognizedModel
  let to: RecognizedModel
  let isSourceFirst: Bool
  private(set) var changes: [TensorName: ConversionTrace.Change] = [:]
  private(set) var tiling: PositionTiling?
  private(set) var roundedTo: ElementType?

  init(
    source: ComparedModel, result: ComparedModel, from: RecognizedModel, to: RecognizedModel,
    isSourceFirst: Bool
  ) {
    self.source = source
    self.result = result
    self.from = from
    self.to = to
    self.isSourceFirst = isSourceFirst
  }

  mutating func run(
    _ differing: [TensorDistance], onlyInSource: [TensorName], onlyInResult: [TensorName]
  ) throws(LFError) {
    let unused = Set(from.unused.map(\.name))
    for name in onlyInSource where unused.contains(name) { changes[name] = .leftOut }
    for name in onlyInResult { try findCopy(name) }
    for distance in differing {
      if distance.isRounding, isCoarser(distance) {
        changes[distance.name] = .rounded
        roundedTo = type(of: distance)
      } else if distance.name == .positionEmbeddings {
        try findTiling(distance)
      } else {
        try findCopy(distance.name)
      }
    }
  }

  /// Type of the result's tensor.
  private func type(of distance: TensorDistance) -> ElementType {
    isSourceFirst ? distance.elementTypes.1 : distance.elementTypes.0
  }

  /// Whether the result has the type of less precision, so that rounding made it.
  private func isCoarser(_ distance: TensorDistance) -> Bool {
    let types = distance.elementTypes
    let (from, to) = isSourceFirst ? types : (types.1, types.0)
    guard let old = from.precision, let new = to.precision else { return false }
    return new < old
  }

  /// Whether a tensor of the result is a copy of the source's local projection.
  private mutating func findCopy(_ name: TensorName) throws(LFError) {
    guard let original = to.tensor(name)?.row.copiedFrom, let index = result.index(name),
      let local = source.index(original)
    else { return }
    let distance = try TensorDistance(source.source, local, result.source, index)
    if distance == nil || distance?.isRounding == true { changes[name] = .copied }
  }

  /// Whether the result's position rows are the source's, repeated.
  private mutating func findTiling(_ distance: TensorDistance) throws(LFError) {
    let (old, new) = (from.configuration, to.configuration)
    guard new.isLongformer, let index = source.index(.positionEmbeddings),
      let other = result.index(.positionEmbeddings)
    else { return }
    let tiling = PositionTiling(
      sourceRows: old.positionCount, paddingID: old.paddingID, scheme: old.positions,
      maxPositions: new.longestInput)
    let table = source.source.tensors[index]
    guard tiling.targetRows == new.positionCount, old.hiddenSize == new.hiddenSize,
      tiling.usableRows > 0
    else { return }
    let descriptor = TensorDescriptor(
      name: table.name, elementType: table.elementType,
      shape: try TensorShape([tiling.targetRows, old.hiddenSize]))
    let expected = ComposedSource(
      base: source.source,
      composed: [
        try ComposedTensor(
          descriptor, parts: tiling.parts(index: index, rowBytes: table.rowByteCount))
      ])
    let difference = try TensorDistance(expected, 0, result.source, other)
    guard difference == nil || difference?.isRounding == true && isCoarser(distance) else { return }
    changes[distance.name] = difference == nil ? .tiled : .tiledAndRounded
    if difference != nil { roundedTo = type(of: distance) }
    self.tiling = tiling
  }
}
