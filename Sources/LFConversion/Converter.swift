public import LFContainer
public import LFCore
public import LFFamilies
import LFFiles
public import LFModels

/// Carries out a conversion: read → plan → write → prove → publish.
public struct Converter: Sendable {
  /// What to do.
  public enum Operation: Sendable {
    /// RoBERTa → Longformer.
    case longformer(LongformerOptions)
    /// The same model in another container.
    case sameArchitecture
  }

  /// What is done.
  public var operation: Operation
  /// Path of the model that is read.
  public var source: String
  /// Path of the container or folder that is written.
  public var output: String
  /// How the source is opened.
  public var options: OpenOptions
  /// The element type of the result's weights; nil keeps the source's.
  public var elementType: ElementType?
  /// How hard a container is compressed; folders never are.
  public var compression = LFZCompression.standard
  /// Largest file of weights in a folder; beyond it they are sharded.
  public var shardByteCount = 5_000_000_000
  /// Whether the result is proven before it is published.
  public var isChecked = true
  /// Whether weights that are NaN or infinite are let through.
  public var allowsNonfinite = false
  /// Whether the SHA-256 of the source's files is computed and kept.
  public var recordsSHA256 = false
  /// Whether to stop after planning.
  public var isDryRun = false
  /// Whether an older output may be replaced.
  public var overwrite = false
  /// Called with the bytes of all tensors of the result, once they are known.
  package var onPlan: (@Sendable (Int) -> Void)?
  /// Threads at most; the output does not depend on it.
  public var threads: Int

  /// A conversion with the defaults of the command line.
  public init(
    _ operation: Operation, source: String, output: String, options: OpenOptions = OpenOptions(),
    threads: Int = 1
  ) {
    self.operation = operation
    self.source = source
    self.output = output
    self.options = options
    self.threads = threads
  }

  /// Runs it.
  ///
  /// - Parameter progress: called with what is being done and how far it is,
  ///   from 0 to 1.
  /// - Throws: any error of reading, planning, proving or writing; no output
  ///   and no temporary file is left then.
  public func run(
    progress: @escaping @Sendable (String, Double) -> Void = { _, _ in }
  ) throws(LFError) -> ConversionReport {
    let clock = ContinuousClock()
    let start = clock.now
    _ = try OutputName(output)
    try OutputRule.checkApart(output, from: source)
    let opened = try OpenedModel.open(source, options: options)
    // What a folder of a cache stands for lies elsewhere.
    try OutputRule.checkApart(output, from: opened.path)
    let loss = RoundingLoss()
    let nonfinite = NonfiniteWeights()
    // Every weight is read once to be written, and looked at on that way.
    let base = rounded(guarded(opened.source, nonfinite), loss)
    let model = try opened.recognized(as: base.tensors)
    let plan = try plan(model, base)
    var report = ConversionReport(source: opened, model: model, plan: plan, output: output)
    onPlan?(report.rawBytes)
    report.sourceFiles = try SourceFiles.described(
      opened.weightFiles, sha256: recordsSHA256, threads: threads)
    let content = try OutputContent(
      plan: plan, base: base, container: opened.container.map { guarded($0, nonfinite) },
      opened: opened,
      sourceFiles: report.sourceFiles, operation: operation, elementType: elementType)
    report.notes += content.tokenizerNote.map { [$0] } ?? []
    report.isDryRun = isDryRun
    if isDryRun {
      if !allowsNonfinite { try FiniteWeights.check(base, threads: threads) }
    } else {
      let writer = try OutputWriters.make(
        output, overwrite: overwrite, compression: compression, shardByteCount: shardByteCount)
      try writer.write(content, threads: threads) { progress("writing", $0) }
      if isChecked {
        let written = try writer.reopen()
        var proof = Proof(
          plan: plan, model: model, source: rounded(opened.source, RoundingLoss()),
          written: written, threads: threads)
        proof.resetsGlobalProjections = resetsGlobalProjections
        proof.rounding = try rounding(opened, model, loss)
        proof.obstacle = Self.obstacle(nonfinite, loss)
        do throws(LFError) {
          report.checks = try proof.run { progress("checking", $0) }
        } catch {
          let changed = ChangedSource(
            content: content, writer: writer, written: written, path: source, threads: threads)
          throw changed.explanation(of: error) ?? error
        }
      }
      try writer.publish()
      report.bytes = writer.byteCount
    }
    if let elementType, !isDryRun, loss.isLossy {
      report.notes.append(
        "weights rounded to \(elementType.rawValue): largest relative error "
          + loss.maxRelative.rounded3 + (loss.hasOverflow ? ", and values became infinite" : ""))
    }
    report.seconds = (clock.now - start) / .seconds(1)
    return report
  }

  /// The weights, looked at when they are read.
  private func guarded(
    _ weights: any TensorSource, _ nonfinite: NonfiniteWeights
  ) -> any TensorSource {
    FiniteSource(weights, file: source, noting: allowsNonfinite ? nonfinite : nil)
  }

  private var resetsGlobalProjections: Bool {
    guard case .longformer(let options) = operation else { return false }
    return options.resetsGlobalProjections
  }

  /// What rounding did, once all weights are written; nil when every tensor kept
  /// its element type.
  private func rounding(
    _ opened: OpenedModel, _ model: RecognizedModel, _ loss: RoundingLoss
  ) throws(LFError) -> Proof.Rounding? {
    guard let elementType else { return nil }
    let original = try opened.recognized()
    guard
      zip(original.tensors, model.tensors)
        .contains(where: { $0.descriptor.elementType != $1.descriptor.elementType })
    else { return nil }
    return Proof.Rounding(
      elementType: elementType, isLossy: loss.isLossy, model: original, source: opened.source)
  }

  /// Why a forward pass would prove nothing.
  private static func obstacle(_ nonfinite: NonfiniteWeights, _ loss: RoundingLoss) -> String? {
    if let place = nonfinite.description { return "\(place), which spreads to every output" }
    return loss.hasOverflow ? "rounding made weights infinite, which spread to every output" : nil
  }

  /// The weights as they will be written.
  private func rounded(_ source: any TensorSource, _ loss: RoundingLoss) -> any TensorSource {
    guard let elementType else { return source }
    return ConvertedSource(
      source, to: elementType, allowsOverflow: allowsNonfinite, loss: loss)
  }

  private func plan(
    _ model: RecognizedModel, _ base: any TensorSource
  ) throws(LFError) -> ConversionPlan {
    let untied = try TiedTensors.differing(model, base)
    switch operation {
    case .longformer(let options):
      return try ConversionPlan(longformerFrom: model, options: options, untied: untied)
    case .sameArchitecture:
      return try ConversionPlan(
        sameArchitecture: model, sourceTensors: base.tensors, untied: untied)
    }
  }
}
