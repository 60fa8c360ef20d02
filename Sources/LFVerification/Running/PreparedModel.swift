import LFConversion
import LFCore
import LFFamilies
import LFFiles
import LFModels

/// The model of a case, converted through the container first where the case
/// says so.
struct PreparedModel {
  let opened: OpenedModel
  let model: RecognizedModel
  /// Files that the weights were read from, before any conversion.
  let weightFiles: [OpenedModel.WeightFile]
  private let temporary: String?

  /// - Parameters:
  ///   - replacement: a model in place of the case's own; one that is a
  ///     Longformer already is not converted again.
  ///   - options: how that, or else the case's own, is opened.
  init(
    _ golden: GoldenCase, model replacement: String?, options: OpenOptions, threads: Int
  ) throws(LFError) {
    let path = if let replacement { replacement } else { try golden.ownModel() }
    let source = try OpenedModel.open(path, options: options)
    let recognized = try source.recognized()
    weightFiles = source.weightFiles
    guard let conversion = golden.conversion,
      replacement == nil || !recognized.configuration.isLongformer
    else {
      opened = source
      model = recognized
      temporary = nil
      return
    }
    try Self.checkSize(conversion, recognized, source.byteCount, golden)
    let folder = try TemporaryFolder.make()
    do throws(LFError) {
      let output = Paths.join(folder, "converted.lfz")
      var converter = Converter(
        .longformer(conversion), source: path, output: output, options: options, threads: threads)
      // The comparison with the expected tensors and outputs is the proof.
      converter.isChecked = false
      converter.allowsNonfinite = true
      _ = try converter.run()
      opened = try OpenedModel.open(output)
      model = try opened.recognized()
      temporary = folder
    } catch {
      TemporaryFolder.remove(folder)
      // A conversion that a case file asks for wrongly is wrong input.
      var error = error
      if error.kind == .usage { error.kind = .refused }
      throw error.located(file: Paths.join(golden.folder, "case.json"), entry: "convert")
    }
  }

  /// A case of a few bytes must not ask for a table of gigabytes.
  private static func checkSize(
    _ conversion: LongformerOptions, _ model: RecognizedModel, _ sourceBytes: Int,
    _ golden: GoldenCase
  ) throws(LFError) {
    let rows = conversion.maxPositions ?? 0
    let (bytes, overflow) = rows.multipliedReportingOverflow(
      by: 4 * model.configuration.hiddenSize)
    let most = 64 * min(sourceBytes, Int.max >> 8) + tableSlack
    guard overflow || bytes > most else { return }
    throw .refused(
      "golden.size",
      at: .init(file: Paths.join(golden.folder, "case.json"), entry: "convert.max_positions"),
      expected: "a position table of at most \(most.byteText)",
      found: "\(rows.counted("row")) of \(4 * model.configuration.hiddenSize) bytes")
  }

  /// Bytes of a position table that any model may get.
  private static let tableSlack = 256 << 20

  /// The tensors under the names of the file.
  var source: any TensorSource { opened.source }

  /// The tensors under canonical names.
  func canonicalSource() throws(LFError) -> ComposedSource {
    try opened.canonicalSource(model)
  }

  /// Names of tensors that repeat another one by the model's meaning; golden
  /// weights leave them out.
  func tiedNames() throws(LFError) -> Set<TensorName> {
    try Self.tiedNames(model, opened.source)
  }

  /// Such names of any model.
  static func tiedNames(
    _ model: RecognizedModel, _ source: any TensorSource
  ) throws(LFError) -> Set<TensorName> {
    let untied = try TiedTensors.differing(model, source)
    var names: Set<TensorName> = []
    for tensor in model.tensors where tensor.row.tiedTo != nil {
      guard let index = tensor.index, !untied.contains(tensor.descriptor.name) else { continue }
      names.insert(source.tensors[index].name)
    }
    return names
  }

  /// Removes what was converted for this case alone.
  func discard() { temporary.map(TemporaryFolder.remove) }
}
