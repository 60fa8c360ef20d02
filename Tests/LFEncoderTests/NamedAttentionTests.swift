import CKernels
import LFCore
import LFEncoder
import LFFamilies
import TestSupport
import Testing

/// Models under attention patterns that are given by name.
@Suite struct NamedAttentionTests {
  typealias Counts = @Sendable (_ head: Int, _ query: Int, _ key: Int, _ length: Int) -> Int

  /// A pattern by name, and its definition, token by token.
  private struct Pattern {
    let text: String
    let counts: Counts
  }

  private static func pattern(_ seed: Int, heads: Int, causal: Bool) -> Pattern {
    var random = SeededGenerator(seed: 90_000 + seed)
    let kind = causal ? 1 : seed % 3
    switch kind {
    case 0:
      let blocks = random.number(1...min(4, heads + 1))
      let each = max(1, heads / 6)
      return Pattern(text: "blockwise:\(blocks)") { head, query, key, length in
        let last = heads - each * (blocks - 1)
        let shift = head < last ? 0 : (head - last) / each + 1
        return (query * blocks / length + shift) % blocks == key * blocks / length ? 1 : 0
      }
    case 1:
      let (segment, memory) = (random.number(1...9), random.number(0...20))
      return Pattern(text: "recurrence:\(segment):\(memory)") { _, query, key, _ in
        let start = query / segment * segment
        return key >= start - memory && key < start + segment && (!causal || key <= query) ? 1 : 0
      }
    default:
      let (block, extra) = (random.number(1...5), random.number(0...3))
      return Pattern(text: "bigbird:\(block):\(extra)") { _, query, key, length in
        let last = (length + block - 1) / block - 1
        let (own, other) = (query / block, key / block)
        if length <= (5 + 2 * extra) * block || own == 0 || own == last { return 1 }
        let isNear = abs(own - other) <= 1 || other == last
        return other == 0 ? 1 + extra : isNear ? 1 : 0
      }
    }
  }

  @Test("blockwise, recurrence and BigBird on random Longformers and RoBERTas", arguments: 0..<36)
  func againstDefinition(_ seed: Int) throws {
    var sample = RandomCase(seed: 8000 + seed)
    if seed % 4 == 3 { sample = sample.withFullAttention }
    if seed % 4 == 1 || seed % 12 == 7 { sample.widen(toHeadsOf: seed % 4 == 1 ? 20 : 64) }
    guard sample.inputs.length >= 9 else { return }
    let model = try TinyModel(sample.shape, seed: seed)
    let pattern = Self.pattern(seed, heads: sample.shape.heads, causal: sample.shape.isCausal)
    let hasGlobals = !pattern.text.hasPrefix("bigbird") && seed % 2 == 0
    let positions = [0, sample.inputs.length / 2]
    let name = try AttentionName(
      pattern.text + (hasGlobals ? "+global:\(positions[0]),\(positions[1])" : ""))
    var inputs = sample.inputs
    inputs.globalAttentionMask = nil
    inputs = try name.applied(to: inputs)
    var reference = DenseReference(model: model)
    reference.counts = pattern.counts
    let expected = reference.outputs(inputs, attentions: true)
    let own = try EncoderModel(
      configuration: model.configuration, source: model.source,
      residency: seed % 5 == 0 ? .streamed : .resident, threads: 1 + seed % 3)
    let outputs = try EncoderModel(own, attention: name).forward(
      inputs, options: ForwardOptions(hiddenStates: true, attentionProbabilities: true))
    for output in outputs.tensors {
      let distance = error(output.values, expected[output.name] ?? [])
      if distance <= 6e-6 { continue }
      // Heads of 64 columns with weights as large have scores in the hundreds,
      // where one float32 step is 1e-5: what nobody can do better is the measure.
      reference.storesFloat32 = true
      let stored = reference.outputs(inputs, attentions: true)[output.name] ?? []
      let least = error(stored.map { Float($0) }, expected[output.name] ?? [])
      #expect(
        distance <= 8 * least, "\(name.text), \(output.name), \(least), \(sample.note)")
    }
    // The model that the weights are shared with stays as it is.
    let plain = sample.withFullAttention.inputs
    if seed % 4 == 3 {
      let twin = try EncoderModel(
        configuration: model.configuration, source: model.source, threads: 1)
      #expect(try own.forward(plain) == twin.forward(plain))
    }
  }

  @Test("LSH with one chunk over all of the input is full attention", arguments: [1, 3])
  func oneChunk(rounds: Int) throws {
    var sample = RandomCase(seed: 77).withFullAttention
    sample.widen(toHeadsOf: 32)
    var inputs = sample.inputs
    inputs.attentionMask = nil
    let model = try TinyModel(sample.shape, seed: 5)
    let name = try AttentionName("lsh:\(inputs.length):\(rounds)")
    let own = try EncoderModel(
      configuration: model.configuration, source: model.source, threads: 2)
    let full = try own.forward(inputs, options: ForwardOptions(hiddenStates: true))
    let hashed = try EncoderModel(own, attention: name).forward(
      inputs, options: ForwardOptions(hiddenStates: true))
    for (a, b) in zip(full.tensors, hashed.tensors) {
      #expect(error(b.values, a.values.map(Double.init)) <= 4e-6, "\(a.name)")
    }
  }

  private static let texts = [
    "blockwise:2+global:first", "recurrence:7:12+global:3", "bigbird:3:1", "lsh:5:3+global:2",
    "lsh-shared:6:2", "window:4+global:first", "full",
  ]

  private func bits(
    _ model: TinyModel, _ text: String, _ inputs: EncoderInputs, threads: Int = 1,
    residency: Residency = .resident
  ) throws -> [String: [UInt32]] {
    let name = try AttentionName(text)
    let outputs = try EncoderModel(
      configuration: try model.configuration.attending(name), source: model.source,
      residency: residency, threads: threads
    ).forward(
      try name.applied(to: inputs),
      options: ForwardOptions(hiddenStates: true, attentionProbabilities: true))
    return Dictionary(
      uniqueKeysWithValues: outputs.tensors.map { ($0.name, $0.values.map(\.bitPattern)) })
  }

  /// A model and a batch of rows with padding on the right and a gap.
  private func batch(_ seed: Int, length: Int = 43) throws -> (TinyModel, EncoderInputs) {
    var shape = TinyModel.Shape()
    shape.heads = 4
    shape.hidden = seed % 2 == 0 ? 32 : 4 * 40
    shape.family = seed % 3 == 0 ? "roberta" : "longformer"
    shape.windows = seed % 3 == 0 ? [] : [8, 8]
    let ids = (0..<3 * length).map { 3 + ($0 * 7 + seed) % 30 }
    let mask = (0..<3 * length).map { token in
      let (row, place) = (token / length, token % length)
      return row == 1 && place >= length - 9 || row == 2 && (11...13).contains(place) ? 0 : 1
    }
    return (
      try TinyModel(shape, seed: seed),
      EncoderInputs(batch: 3, length: length, inputIDs: ids, attentionMask: mask)
    )
  }

  @Test("The same bits for instruction sets, threads, residency and batches", arguments: texts)
  func sameBits(text: String) throws {
    for seed in 0..<2 {
      let (model, inputs) = try batch(seed)
      let mask = try #require(inputs.attentionMask)
      let expected = try bits(model, text, inputs)
      #expect(try bits(model, text, inputs, threads: 3) == expected)
      #expect(try bits(model, text, inputs, threads: 2, residency: .streamed) == expected)
      for set in ["baseline", "avx2", "avx512", "neon"] where lf_select(set) == 1 {
        #expect(try bits(model, text, inputs) == expected, "\(set)")
      }
      _ = lf_select(nil)
      for row in 0..<3 {
        let range = row * inputs.length..<(row + 1) * inputs.length
        let alone = try bits(
          model, text,
          EncoderInputs(
            batch: 1, length: inputs.length, inputIDs: Array(inputs.inputIDs[range]),
            attentionMask: Array(mask[range])))
        for (name, values) in alone {
          let all = try #require(expected[name])
          #expect(Array(all[row * values.count..<(row + 1) * values.count]) == values, "\(name)")
        }
      }
    }
  }

  @Test(
    "Padding on the right changes no bit where the definition does not look at the row's length",
    arguments: ["recurrence:7:12+global:3", "window:4+global:first", "dilated:6:2"])
  func rightPadding(text: String) throws {
    let (model, inputs) = try batch(1)
    let mask = try #require(inputs.attentionMask)
    for row in 0..<3 {
      let range = row * inputs.length..<(row + 1) * inputs.length
      func alone(_ more: Int) throws -> [UInt32] {
        let padding = [Int](repeating: 1, count: more)
        let found = try bits(
          model, text,
          EncoderInputs(
            batch: 1, length: inputs.length + more,
            inputIDs: Array(inputs.inputIDs[range]) + padding,
            attentionMask: Array(mask[range]) + padding.map { _ in 0 }))
        return try #require(found["hidden_states.2"])
      }
      let expected = try alone(0)
      for more in [1, 16, 60] {
        #expect(Array(try alone(more).prefix(expected.count)) == expected, "\(more) more")
      }
    }
  }

  @Test("A pattern's name must suit the inputs")
  func refusals() throws {
    let (model, inputs) = try batch(0)
    func code(_ text: String, _ inputs: EncoderInputs) -> String? {
      do {
        _ = try bits(model, text, inputs)
        return nil
      } catch { return (error as? LFError)?.code }
    }
    #expect(code("window:4+global:43", inputs) == "input.attention")
    #expect(code("lsh:44:1", inputs) == "input.attention")
    #expect(code("lsh:43:1", inputs) == nil)
    #expect(code("recurrence:44:1", inputs) == "input.attention")
    var global = inputs
    global.globalAttentionMask = inputs.inputIDs.indices.map { $0 == 0 ? 1 : 0 }
    #expect(code("window:4", global) == "input.global-mask")
    #expect(code("window:4+global:first", global) == nil)
    let name = try AttentionName("lsh:4:2")
    var given = name
    given.rotations = .given(shape: [2, 4, 8, 1, 4], values: Array(repeating: 1, count: 256))
    #expect(throws: LFError.self) {
      try EncoderModel(
        configuration: try model.configuration.attending(given), source: model.source, threads: 1
      ).forward(inputs)
    }
  }

  @Test("Hyperplanes that are given count, and seed 0 is what is taken without")
  func rotations() throws {
    let (model, inputs) = try batch(0)
    func states(_ rotations: LSHRotations?) throws -> [Float] {
      var name = try AttentionName("lsh:4:2")
      if let rotations { name.rotations = rotations }
      let outputs = try EncoderModel(
        configuration: try model.configuration.attending(name), source: model.source, threads: 1
      ).forward(inputs)
      return try #require(outputs["last_hidden_state"]).values
    }
    let expected = try states(nil)
    #expect(try states(.seeded(0)) == expected)
    #expect(try states(.seeded(7)) != expected)
  }
}
