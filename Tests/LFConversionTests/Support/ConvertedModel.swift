import LFCore
import LFEncoder
import LFFamilies
import TestSupport
import Testing

@testable import LFConversion

/// A hand-made RoBERTa and the Longformer made of it, in memory: what the
/// forward proofs are tried on without the byte proofs before them.
struct ConvertedModel {
  let original: RecognizedModel
  let source: MemorySource
  let longformer: RecognizedModel
  /// Every byte of the result, so that some can be changed.
  var written: MemorySource

  init(
    _ roberta: HandMadeModel.RoBERTa, window: Int = 20, positions: Int = 70,
    dilation: JSONValue? = nil
  ) throws {
    var source = MemorySource()
    for tensor in roberta.tensors {
      try source.add(tensor.name, .f32, tensor.bytes, shape: tensor.shape)
    }
    self.source = source
    let json = try JSONParser.parse(Array(roberta.configuration.utf8)).objectValue
    original = try RecognizedModel(tensors: source.tensors, configuration: json, origin: nil)
    let options = LongformerOptions(
      attentionWindow: [window], maxPositions: positions, attentionDilation: dilation)
    let plan = try ConversionPlan(longformerFrom: original, options: options, untied: [])
    let composed = ComposedSource(base: source, composed: plan.tensors)
    var written = MemorySource()
    for (index, tensor) in composed.tensors.enumerated() {
      try written.add(
        tensor.name.text, tensor.elementType, composed.bytes(index),
        shape: tensor.shape.dimensions)
    }
    self.written = written
    longformer = try RecognizedModel(
      tensors: written.tensors, configuration: plan.json, origin: nil)
  }

  /// The forward proofs alone, each model with its own weights.
  func prove(sharesLayers: Bool = false) throws -> [ConversionReport.Check] {
    var oracles = Oracles(
      original: original, originalSource: source, longformer: longformer, written: written,
      threads: 1)
    oracles.sharesLayers = sharesLayers
    return try oracles.run()
  }

  /// The code of the error that they end with; nil when they hold.
  func failure() -> String? {
    do {
      _ = try prove()
      return nil
    } catch {
      return (error as? LFError)?.code ?? "another error"
    }
  }

  /// The result's outputs on the proofs' inputs, from ids to logits.
  func outputs() throws -> [OutputTensor] {
    let inputs = OracleInputs(source: original.configuration, result: longformer.configuration)
    var pass = try longformer.model(written, threads: 1).begin(inputs.resultBatch)
    return try pass.finish()
  }

  private func place(_ name: String) throws -> Int {
    try #require(written.index(of: TensorName(name)), "\(name)")
  }

  /// Exchanges the bytes of two tensors.
  mutating func swap(_ first: String, _ second: String) throws {
    try written.values.swapAt(place(first), place(second))
  }

  /// Moves every row from one on to the next place, the last one to there.
  mutating func shiftRows(of name: String, from row: Int) throws {
    let index = try place(name)
    let width = written.tensors[index].rowByteCount
    var bytes = written.values[index]
    let last = Array(bytes.suffix(width))
    bytes.removeLast(width)
    bytes.insert(contentsOf: last, at: row * width)
    written.values[index] = bytes
  }

  /// Flips a bit of a float32.
  mutating func flip(_ name: String, element: Int, bit: Int) throws {
    written.values[try place(name)][element * 4 + bit / 8] ^= 1 << (bit % 8)
  }
}
