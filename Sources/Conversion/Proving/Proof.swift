import ModelFamilies
import TensorCore

/// Proves a written result before it is published.
///
/// It works on what was read back from the output, not on the plan, and with a
/// tiling rule of its own: a mistake in either shows.
struct Proof {
  let plan: ConversionPlan
  let model: RecognizedModel
  let source: any TensorSource
  let written: OpenedModel
  let threads: Int

  /// Runs every check that applies.
  ///
  /// - Throws: `check.*` for the first difference.
  func run(progress: (Double) -> Void) throws(LFError) -> [ConversionReport.Check] {
    let result = try written.recognized()
    var checks = [try weights(result, progress: { progress($0 * 0.5) })]
    if isConversion {
      checks.append(try positions(result))
      checks.append(try globalProjections(result))
      checks += try Oracles(
        roberta: model, robertaSource: source, longformer: result, written: written.source,
        threads: threads
      ).run()
    }
    progress(1)
    return checks
  }

  /// Whether the source is a RoBERTa and the result a Longformer.
  private var isConversion: Bool { plan.tiling != nil }

  // MARK: Bytes

  /// Every tensor that is copied as it is equals the source's.
  private func weights(
    _ result: RecognizedModel, progress: (Double) -> Void
  ) throws(LFError) -> ConversionReport.Check {
    var bytes = 0
    var count = 0
    for (number, tensor) in result.tensors.enumerated() {
      let name = tensor.descriptor.name
      progress(Double(number) / Double(max(1, result.tensors.count)))
      if isConversion, name == Self.positionsName { continue }
      guard let index = tensor.index,
        let original = model.tensor(isConversion ? tensor.row.copiedFrom ?? name : name)
          ?? tensor.row.tiedTo.flatMap({ model.tensor($0) })
      else { throw failure(name, "a tensor that the source has", "none") }
      guard let from = original.index else {
        guard try written.source.bytes(index).allSatisfy({ $0 == 0 }) else {
          throw failure(name, "zeros", "other values")
        }
        continue
      }
      guard try TiedTensors.equalBytes(written.source, index, source, from) else {
        throw failure(name, "the bytes of \(original.descriptor.name)", "other bytes")
      }
      bytes += tensor.descriptor.byteCount
      count += 1
    }
    return .init(
      name: "weights", detail: "\(count) tensors, \(bytes) bytes equal to the source's")
  }

  /// Every row of the position table is the source's row that it should be.
  private func positions(_ result: RecognizedModel) throws(LFError) -> ConversionReport.Check {
    guard let tensor = result.tensor(Self.positionsName), let index = tensor.index,
      let original = model.tensor(Self.positionsName), let from = original.index
    else { throw failure(Self.positionsName, "a position table", "none") }
    let pad = model.configuration.paddingID
    let usable = model.configuration.longestInput
    let rowBytes = original.descriptor.rowByteCount
    let table = try source.bytes(from)
    let rows = tensor.descriptor.shape.dimensions.first ?? 0
    let block = max(1, (4 << 20) / max(1, rowBytes))
    for first in stride(from: 0, to: rows, by: block) {
      let count = min(block, rows - first)
      let bytes = try written.source.bytes(
        index, range: first * rowBytes..<(first + count) * rowBytes)
      for row in first..<first + count {
        // Facts first: reserved rows stay, row pad + 1 + i is source row
        // pad + 1 + (i mod n).
        let expected = row <= pad ? row : pad + 1 + (row - pad - 1) % usable
        let mine = bytes[(row - first) * rowBytes..<(row - first + 1) * rowBytes]
        guard mine == table[expected * rowBytes..<(expected + 1) * rowBytes] else {
          throw failure(Self.positionsName, "row \(row) = source row \(expected)", "other bytes")
        }
      }
    }
    return .init(
      name: "positions",
      detail: "\(rows) rows: \(pad + 1) reserved, then \(usable) source rows repeated")
  }

  /// Global projections are copies of the local ones.
  private func globalProjections(
    _ result: RecognizedModel
  ) throws(LFError) -> ConversionReport.Check {
    var count = 0
    for tensor in result.tensors {
      guard let original = tensor.row.copiedFrom, let index = tensor.index else { continue }
      guard let local = result.tensor(original)?.index,
        try TiedTensors.equalBytes(written.source, index, written.source, local)
      else { throw failure(tensor.descriptor.name, "a copy of \(original)", "other bytes") }
      count += 1
    }
    return .init(name: "global-projections", detail: "\(count) tensors equal the local ones")
  }

  private static let positionsName: TensorName = "embeddings.position_embeddings.weight"

  private func failure(_ name: TensorName, _ expected: String, _ found: String) -> LFError {
    LFError(
      .internal, "check.bytes", "the written result is wrong: expected \(expected), found \(found)",
      at: .init(entry: name.text), hint: "nothing was published; please report this")
  }
}
