import CKernels
import LFCore
import LFFamilies

/// Pooler and head of a forward pass.
struct HeadRun {
  let model: EncoderModel
  let inputs: PreparedInputs
  let states: Matrix  // [N·S, H]

  /// "pooler_output" and whatever the head computes.
  func outputs() throws(LFError) -> [OutputTensor] {
    var outputs: [OutputTensor] = []
    if let pooler = model.head.pooler {
      outputs.append(pooledOutput(try dense(try firstTokens(), pooler, .tanh)))
    }
    switch model.head.kind {
    case .none: break
    case .maskedLanguageModel(let dense, let activation, let norm, let decoder, let bias):
      let features = try features(dense, activation, norm)
      outputs.append(
        try Self.logits(
          of: features, model: model, decoder: decoder, bias: bias,
          shape: [inputs.batch, inputs.length]))
    case .firstToken(let first, let activation, let projection):
      let logits = try projection.applied(
        to: try dense(try firstTokens(), first, activation), model.workers)
      outputs.append(choiceLogits(logits))  // [B, labels] or [B·C, 1]
    case .tokens(let weights):
      outputs += tokenLogits(try weights.applied(to: states, model.workers))
    case .pooled(let weights, let pooler):
      let pooled = try dense(try firstTokens(), pooler, .tanh)  // [N, H]
      outputs.append(pooledOutput(pooled))
      outputs.append(choiceLogits(try weights.applied(to: pooled, model.workers)))  // [B·C, 1]
    }
    return outputs
  }

  /// What the pooler gives, [N, H].
  private func pooledOutput(_ pooled: Matrix) -> OutputTensor {
    OutputTensor(name: "pooler_output", shape: [pooled.rows, pooled.columns], copying: pooled)
  }

  /// Logits of every sequence, [B, labels], or of every choice, [B, C].
  private func choiceLogits(_ logits: Matrix) -> OutputTensor {
    OutputTensor(
      name: "logits", shape: [inputs.batch, inputs.choices ?? logits.columns], copying: logits)
  }

  /// Hidden states of every sequence's first token, [N, H].
  private func firstTokens() throws(LFError) -> Matrix {
    let result = try Matrix(rows: inputs.sequences.count, columns: states.columns)
    result.copy(states.everyRow(from: 0, by: inputs.length))
    return result
  }

  /// activation(x·Wᵀ + b).
  private func dense(
    _ x: Matrix, _ weights: LinearWeights, _ activation: Activation
  ) throws(LFError) -> Matrix {
    let result = try Matrix(rows: x.rows, columns: weights.weight.rows)
    weights.apply(to: x, then: activation.kernel, model.workers, into: result)
    return result
  }

  /// Logits [N·S, labels] of a head that looks at every token.
  private func tokenLogits(_ logits: Matrix) -> [OutputTensor] {
    let shape = [inputs.batch, inputs.length]
    guard model.configuration.head == .questionAnswering else {
      return [
        OutputTensor(name: "logits", shape: shape + [logits.columns], copying: logits)
      ]
    }
    return [
      OutputTensor(name: "start_logits", shape: shape, copying: logits.columns(0..<1)),
      OutputTensor(name: "end_logits", shape: shape, copying: logits.columns(1..<2)),
    ]
  }

  /// What the masked-LM head makes of the states before its decoder.
  func tokenFeatures() throws(LFError) -> TokenFeatures {
    guard case .maskedLanguageModel(let dense, let activation, let norm, _, _) = model.head.kind
    else {
      throw EncoderModel.noMaskedLanguageModel
    }
    return TokenFeatures(matrix: try features(dense, activation, norm))
  }

  /// activation(dense), then LayerNorm, of every token, [N·S, H].
  private func features(
    _ dense: LinearWeights, _ activation: Activation, _ norm: NormWeights
  ) throws(LFError) -> Matrix {
    let features = try Matrix(rows: states.rows, columns: states.columns)  // [N·S, H]
    dense.apply(to: states, then: activation.kernel, model.workers, into: features)
    let norms = RowBlocks(states.rows)
    model.workers.run(norms.count) { block, _ in
      let part = features.rows(norms[block])
      Kernels.layerNorm(
        part, norm: norm, epsilon: model.configuration.layerNormEpsilon, into: part)
    }
    return features
  }

  /// Logits of tokens over the vocabulary, from features [tokens, H].
  ///
  /// - Parameter shape: how the tokens are arranged; V comes behind it.
  static func logits(
    of features: Matrix, model: EncoderModel, decoder: TensorName, bias: Matrix, shape: [Int]
  ) throws(LFError) -> OutputTensor {
    let vocabulary = model.configuration.vocabularySize
    try MemoryLimit.check(
      features.rows, of: vocabulary * MemoryLayout<Float>.size, for: "logits")
    var failure: LFError?
    let logits = OutputTensor(
      name: "logits", shape: shape + [vocabulary], rows: features.rows, columns: vocabulary
    ) { target in
      do throws(LFError) {
        try decode(features, model, decoder, bias, into: target)
      } catch {
        target.fill(0)
        failure = error
      }
    }
    if let failure { throw failure }
    return logits
  }

  /// Words whose rows of the decoder's matrix are packed and used at a time.
  static let blockWords = 256
  /// Words that are read at a time when the matrix is not in memory.
  private static let readWords = 2048

  /// target = features·Eᵀ + bias, some rows of the decoder's matrix E at a time:
  /// it is packed on the way, for it may be the word embeddings, whose rows are
  /// looked up.
  private static func decode(
    _ features: Matrix, _ model: EncoderModel, _ decoder: TensorName, _ bias: Matrix,
    into target: Matrix
  ) throws(LFError) {
    var resident = model.head.decoder
    if resident == nil, decoder == .wordEmbeddings {
      resident = try model.embeddings.words.whole(model.workers)
    }
    let vocabulary = bias.columns
    let step = resident == nil ? min(readWords, vocabulary) : vocabulary
    var packed: [PackedMatrix] = []
    for _ in 0..<model.workers.count {
      packed.append(
        try PackedMatrix(
          rows: min(blockWords, vocabulary), columns: features.columns,
          depth: PackedMatrix.depth(rows: vocabulary, columns: features.columns)))
    }
    let memories = packed
    let read = resident == nil ? try Matrix(rows: step, columns: features.columns) : nil
    for start in stride(from: 0, to: vocabulary, by: step) {
      let words = start..<min(vocabulary, start + step)
      let table: Matrix  // [words, H]
      if let resident {
        table = resident
      } else if let read {
        table = read.rows(0..<words.count)
        try model.reader.read(decoder, rows: words, into: table)
      } else {
        return
      }
      let blocks = (words.count + blockWords - 1) / blockWords
      model.workers.run(blocks) { block, worker in
        let first = block * blockWords
        let rows = first..<min(words.count, first + blockWords)
        let memory = memories[worker]
        memory.pack(0..<rows.count, table.rows(rows))
        let outputs = start + rows.lowerBound..<start + rows.upperBound
        Kernels.linear(
          features, memory, outputs: 0..<rows.count, bias: bias.columns(outputs),
          into: target.columns(outputs))
      }
    }
  }
}
