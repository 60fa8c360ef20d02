import CKernels
import LFCore
import LFEncoder
import LFFamilies
import Testing

/// Every output has the same bits for every instruction set, number of threads,
/// residency, batch, and padding on the right.
@Suite struct BitIdentityTests {
  private static let names = ["baseline", "avx2", "avx512", "neon"]

  /// Bits of every output, probabilities included.
  private func bits(
    _ model: TinyModel, _ inputs: EncoderInputs, threads: Int = 1, residency: Residency = .resident
  ) throws -> [String: Output] {
    let outputs = try EncoderModel(
      configuration: model.configuration, source: model.source, residency: residency,
      threads: threads
    ).forward(inputs, options: ForwardOptions(hiddenStates: true, attentionProbabilities: true))
    return Dictionary(
      uniqueKeysWithValues: outputs.tensors.map {
        ($0.name, Output(shape: $0.shape, bits: $0.values.map(\.bitPattern)))
      })
  }

  private struct Output: Equatable {
    var shape: [Int]
    var bits: [UInt32]

    /// The first `rows` positions of sequence `sequence` of hidden states [B,S,H].
    func rows(_ rows: Int, of sequence: Int) -> [UInt32] {
      let start = sequence * shape[1] * shape[2]
      return Array(bits[start..<start + rows * shape[2]])
    }

    /// The first `count` keys of a query in attention probabilities [B,heads,S,S].
    func keys(_ count: Int, _ query: Int, _ head: Int, of sequence: Int) -> [UInt32] {
      let start = ((sequence * shape[1] + head) * shape[2] + query) * shape[3]
      return Array(bits[start..<start + count])
    }
  }

  /// Cases on both sides of the layers that are summed in float64.
  private func sample(_ seed: Int) -> RandomCase {
    var sample = RandomCase(seed: 7000 + seed)
    if seed % 2 == 1 { sample.widen(toHeadsOf: seed % 4 == 1 ? 40 : 64) }
    return seed % 5 == 4 ? sample.withFullAttention : sample
  }

  @Test("instruction sets", arguments: 0..<16)
  func instructionSets(_ seed: Int) throws {
    let sample = sample(seed)
    let model = try TinyModel(sample.shape, seed: seed)
    let expected = try bits(model, sample.inputs)
    var tried = 0
    defer { _ = lf_select(nil) }
    for name in Self.names where lf_select(name) == 1 {
      tried += 1
      #expect(try bits(model, sample.inputs) == expected, "\(name), \(sample.note)")
    }
    #expect(tried >= 1)
  }

  @Test("threads and residency", arguments: 0..<16)
  func threads(_ seed: Int) throws {
    let sample = sample(100 + seed)
    let model = try TinyModel(sample.shape, seed: seed)
    let expected = try bits(model, sample.inputs)
    for threads in [2, 3, 7] {
      #expect(
        try bits(model, sample.inputs, threads: threads) == expected, "\(threads), \(sample.note)")
    }
    let streamed = try bits(model, sample.inputs, threads: 2, residency: .streamed)
    #expect(streamed == expected, "\(sample.note)")
  }

  @Test("the batch a sequence is in, and padding on its right", arguments: 0..<24)
  func batchAndPadding(_ seed: Int) throws {
    let sample = sample(200 + seed)
    var shape = sample.shape
    let inputs = sample.inputs
    let extra = [1, 2, 16, 97, 600][seed % 5]
    shape.positions += extra
    let model = try TinyModel(shape, seed: seed)
    let together = try bits(model, inputs)
    for sequence in 0..<inputs.batch {
      let mask = inputs.attentionMask?[sequence * inputs.length..<(sequence + 1) * inputs.length]
      // Full attention weighs all keys alike where all is padding: more of it counts.
      if shape.family == "roberta", mask?.contains(1) == false { continue }
      for padding in [0, extra] {
        let alone = try bits(model, inputs.only(sequence, paddedBy: padding, with: shape.padding))
        for (name, output) in together where output.shape.count == 3 {
          let expected = output.rows(inputs.length, of: sequence)
          let found = alone[name]?.rows(inputs.length, of: 0)
          #expect(found == expected, "\(name), \(padding) more, \(sample.note)")
        }
        for (name, output) in together where name.hasPrefix("attentions.") {
          let heads = output.shape[1]
          for head in 0..<heads {
            for query in 0..<inputs.length {
              let expected = output.keys(inputs.length, query, head, of: sequence)
              let found = alone[name]?.keys(inputs.length, query, head, of: 0)
              guard found != expected else { continue }
              Issue.record("\(name) of query \(query), \(padding) more, \(sample.note)")
              return
            }
          }
        }
        if let pooled = together["pooler_output"] {
          let size = pooled.shape[1]
          let own = pooled.bits[sequence * size..<(sequence + 1) * size]
          #expect(alone["pooler_output"]?.bits == Array(own), "\(sample.note)")
        }
      }
    }
  }
}

extension EncoderInputs {
  /// One sequence by itself, with padding on its right.
  fileprivate func only(_ sequence: Int, paddedBy padding: Int, with id: Int) -> EncoderInputs {
    func row(_ values: [Int]?, _ fill: Int) -> [Int]? {
      values.map {
        Array($0[sequence * length..<(sequence + 1) * length])
          + [Int](repeating: fill, count: padding)
      }
    }
    return EncoderInputs(
      batch: 1, length: length + padding, inputIDs: row(inputIDs, id) ?? [],
      attentionMask: row(attentionMask, 0), globalAttentionMask: row(globalAttentionMask, 0),
      tokenTypeIDs: row(tokenTypeIDs, 0))
  }
}
