import LFContainer
import LFCore
import LFFamilies
import LFModels

/// Proves a written result before it is published.
///
/// It works on what was read back from the output, not on the plan, and with a
/// tiling rule of its own: a mistake in either shows.
struct Proof {
  let plan: ConversionPlan
  /// The source, its weights as they were to be written.
  let model: RecognizedModel
  let source: any TensorSource
  let written: OpenedModel
  let threads: Int
  /// How weights were rounded, and what they were before; nil when they were not.
  var rounding: Rounding?
  /// Whether a Longformer's global projections were to be copied anew.
  var resetsGlobalProjections = false
  /// Why the forward pass cannot prove anything; nil when it can.
  var obstacle: String?

  /// Weights before and after they were rounded.
  struct Rounding {
    /// What they were rounded to.
    let elementType: ElementType
    /// Whether any value changed.
    let isLossy: Bool
    /// The source with the weights before.
    let model: RecognizedModel
    let source: any TensorSource
  }

  /// Runs every check that applies.
  ///
  /// - Throws: `check.*` for the first difference.
  func run(
    progress: @escaping @Sendable (Double) -> Void
  ) throws(LFError) -> [ConversionReport.Check] {
    let result = try written.recognized()
    var checks = [try weights(result, progress: { progress($0 * 0.5) })]
    if isConversion {
      checks.append(try positions(result))
      if copiesProjections { checks.append(try globalProjections(result)) }
      checks += try forward(result)
    }
    if let rounding, rounding.isLossy { checks.append(try effect(of: rounding, on: result)) }
    progress(1)
    return checks
  }

  /// The oracles, or why there are none.
  private func forward(
    _ result: RecognizedModel
  ) throws(LFError) -> [ConversionReport.Check] {
    if let obstacle { return OracleInputs.names.map { .skipped($0, obstacle) } }
    return try Oracles(
      original: model, originalSource: source, longformer: result, written: written.source,
      threads: threads, resetsGlobalProjections: resetsGlobalProjections
    ).run()
  }

  private func effect(
    of rounding: Rounding, on result: RecognizedModel
  ) throws(LFError) -> ConversionReport.Check {
    if let obstacle { return .skipped(RoundingEffect.name, obstacle) }
    return try RoundingEffect(
      original: rounding.model, originalSource: rounding.source, result: result,
      written: written.source, threads: threads, resetsGlobalProjections: resetsGlobalProjections
    ).run()
  }

  /// Whether positions or windows changed: the result is a Longformer, the
  /// source one or none.
  private var isConversion: Bool { plan.tiling != nil }

  /// Whether the result's global projections are copies of the local ones, and
  /// not the source's own.
  private var copiesProjections: Bool {
    isConversion && (resetsGlobalProjections || !model.configuration.isLongformer)
  }

  // MARK: Bytes

  /// Every tensor that is copied as it is equals the source's.
  private func weights(
    _ result: RecognizedModel, progress: @escaping @Sendable (Double) -> Void
  ) throws(LFError) -> ConversionReport.Check {
    var pairs: [ByteComparison.Pair] = []
    var bytes = 0
    for tensor in result.tensors {
      let name = tensor.descriptor.name
      if isConversion, name == Self.positionsName { continue }
      // Zeros that stand for what the family's own files do not have.
      if !isConversion, tensor.index == nil, model.tensor(name)?.index == nil { continue }
      guard let index = tensor.index,
        let original = model.tensor(copiesProjections ? tensor.row.copiedFrom ?? name : name)
          ?? tensor.row.tiedTo.flatMap({ model.tensor($0) })
      else { throw Self.failure(name, "a tensor that the source has", "none") }
      guard let from = original.index else {
        guard try written.source.bytes(index).allSatisfy({ $0 == 0 }) else {
          throw Self.failure(name, "zeros", "other values")
        }
        continue
      }
      bytes += tensor.descriptor.byteCount
      pairs.append(.init(name: name, left: index, right: from))
    }
    try ByteComparison(left: written.source, right: source)
      .check(distinct(pairs), threads: threads, progress: progress) {
        Self.failure($0, "the source's bytes", "other bytes")
      }
    return .init(
      name: "weights",
      detail: "\(pairs.count.counted("tensor")), \(bytes.counted("byte")) equal to the source's"
        + rounded)
  }

  /// What was done to the source's numbers before they were compared.
  private var rounded: String {
    guard let rounding else { return "" }
    let name = rounding.elementType.rawValue
    return rounding.isLossy ? ", rounded to \(name)" : ", written as \(name) without loss"
  }

  /// Without pairs that a container stores as the very content of another pair
  /// with the same original: one comparison speaks for both.
  private func distinct(_ pairs: [ByteComparison.Pair]) -> [ByteComparison.Pair] {
    guard let container = written.container else { return pairs }
    var kept: [ByteComparison.Pair] = []
    var byOriginal: [Int: Int] = [:]
    for pair in pairs {
      if let earlier = byOriginal[pair.right], container.shareContent(earlier, pair.left) {
        continue
      }
      byOriginal[pair.right] = pair.left
      kept.append(pair)
    }
    return kept
  }

  /// Every row of the position table is the source's row that it should be.
  private func positions(_ result: RecognizedModel) throws(LFError) -> ConversionReport.Check {
    guard let tensor = result.tensor(Self.positionsName), let index = tensor.index,
      let original = model.tensor(Self.positionsName), let from = original.index
    else { throw Self.failure(Self.positionsName, "a position table", "none") }
    let pad = model.configuration.paddingID
    let usable = model.configuration.longestInput
    // A BERT's first usable row is row 0, and has no reserved ones.
    let isFromZero = model.configuration.positions == .fromZero
    let zeros = [UInt8](repeating: 0, count: original.descriptor.rowByteCount)
    let rowBytes = original.descriptor.rowByteCount
    var table = RowWindow(source: source, index: from, rowBytes: max(1, rowBytes))
    let rows = tensor.descriptor.shape.dimensions.first ?? 0
    let block = max(1, (4 << 20) / max(1, rowBytes))
    for first in stride(from: 0, to: rows, by: block) {
      let count = min(block, rows - first)
      let bytes = try written.source.bytes(
        index, range: first * rowBytes..<(first + count) * rowBytes)
      for row in first..<first + count {
        let mine = bytes[(row - first) * rowBytes..<(row - first + 1) * rowBytes]
        if isFromZero, row <= pad {
          guard mine == zeros[...] else {
            throw Self.failure(Self.positionsName, "row \(row) = zeros", "other bytes")
          }
          continue
        }
        // Facts first: reserved rows stay, row pad + 1 + i is the source's
        // first usable row + (i mod n).
        let start = isFromZero ? 0 : pad + 1
        let expected = row <= pad ? row : start + (row - pad - 1) % usable
        guard try mine == table.row(expected) else {
          throw Self.failure(
            Self.positionsName, "row \(row) = source row \(expected)", "other bytes")
        }
      }
    }
    return .init(
      name: "positions",
      detail: "\(rows.counted("row")): \(pad + 1) reserved, then "
        + Self.origin(rows - pad - 1, of: usable) + rounded)
  }

  /// Which of the source's rows the result's usable ones are.
  private static func origin(_ count: Int, of usable: Int) -> String {
    if count > usable { return "the source's \(usable.counted("row")) repeated" }
    if count == usable { return "the source's \(usable.counted("row"))" }
    return "the first \(count) of the source's \(usable.counted("row"))"
  }

  /// Global projections are copies of the local ones.
  private func globalProjections(
    _ result: RecognizedModel
  ) throws(LFError) -> ConversionReport.Check {
    var pairs: [ByteComparison.Pair] = []
    for tensor in result.tensors {
      guard let original = tensor.row.copiedFrom, let index = tensor.index else { continue }
      guard let local = result.tensor(original)?.index else {
        throw Self.failure(tensor.descriptor.name, "a copy of \(original)", "no such tensor")
      }
      pairs.append(.init(name: tensor.descriptor.name, left: index, right: local))
    }
    // What a container stores once needs no second look.
    let container = written.container
    let apart = pairs.filter { container?.shareContent($0.left, $0.right) != true }
    try ByteComparison(left: written.source, right: written.source)
      .check(apart, threads: threads) {
        Self.failure($0, "a copy of the local projection", "other bytes")
      }
    return .init(
      name: "global-projections", detail: "\(pairs.count.counted("tensor")) equal to the local ones"
    )
  }

  private static let positionsName = TensorName.positionEmbeddings

  private static func failure(_ name: TensorName, _ expected: String, _ found: String) -> LFError {
    LFError(
      .internal, "check.bytes", "the written result is wrong: expected \(expected), found \(found)",
      at: .init(entry: name.text), hint: "nothing was published; please report this")
  }
}
