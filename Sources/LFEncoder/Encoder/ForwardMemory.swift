import CKernels
import LFCore
package import LFFamilies

/// Memory that a forward pass of one sequence takes, in bytes, known before
/// anything is allocated.
///
/// It counts what the types of this module allocate: `LayerWeights`,
/// `EmbeddingWeights`, `HeadWeights`; `LayerMemory`, `AttentionMemory`,
/// `FoldedGlobalAttention`; and the outputs of `HeadRun`. What the program needs
/// besides, some ten megabytes, is not in it.
package struct ForwardMemory: Sendable, Equatable {
  /// Of a resident model's weights, in float32.
  package let weights: Int
  /// Of everything between weights and outputs.
  package let working: Int
  /// Of the outputs, logits over the vocabulary included.
  package let outputs: Int
  /// Tokens of the sequence.
  package let length: Int
  /// Threads that each have memory of their own.
  package let threads: Int

  /// Of everything together.
  package var total: Int { weights + working + outputs }

  /// What a pass takes.
  ///
  /// - Parameters:
  ///   - model: its tensors say whether there is a pooler, and a decoder of its own.
  ///   - length: tokens of the sequence.
  ///   - globals: global tokens, in a model that has them; few enough that their
  ///     projections are folded.
  ///   - hasHead: whether pooler and head run.
  package init(
    _ model: RecognizedModel, length: Int, globals: Int = 1, hasHead: Bool = true,
    threads: Int
  ) {
    self.length = length
    self.threads = max(1, threads)
    let sizes = ForwardSizes(
      configuration: model.configuration, length: length, globals: globals,
      threads: self.threads, hasPooler: model.tensor("pooler.dense.weight") != nil,
      hasDecoder: model.tensor("lm_head.decoder.weight") != nil)
    let float = MemoryLayout<Float>.size
    weights = float * (sizes.weights + sizes.headWeights)
    working = float * sizes.working
    outputs = float * (sizes.lastHiddenState + (hasHead ? sizes.headOutputs : 0))
  }
}

/// Numbers of floats.
private struct ForwardSizes {
  let configuration: ModelConfiguration
  let length: Int
  let globals: Int
  let threads: Int
  let hasPooler: Bool
  /// Whether the masked-LM head's matrix is there besides the word embeddings.
  let hasDecoder: Bool

  private var hidden: Int { configuration.hiddenSize }
  private var inner: Int { configuration.intermediateSize }

  // MARK: Weights

  /// A linear layer: packed weights and its bias.
  private func linear(_ outputs: Int, _ inputs: Int) -> Int {
    lf_packed_count(outputs, inputs) + outputs
  }

  /// Embeddings and layers.
  var weights: Int {
    let tables =
      configuration.vocabularySize + configuration.positionCount + configuration.tokenTypeCount
    let layers = configuration.attention.reduce(0) { sum, pattern in
      let projections = pattern.rule.hasGlobalTokens ? 3 * linear(hidden, hidden) : 0
      return sum + projections + linear(3 * hidden, hidden) + linear(hidden, hidden)
        + linear(inner, hidden) + linear(hidden, inner) + 4 * hidden
    }
    return tables * hidden + 2 * hidden + layers
  }

  /// Pooler and head.
  var headWeights: Int {
    let labels = configuration.labelCount
    let dense = linear(hidden, hidden)
    let pooler = hasPooler ? dense : 0
    switch configuration.head {
    case .bare: return pooler
    case .maskedLanguageModel:
      let vocabulary = configuration.vocabularySize
      return pooler + dense + 2 * hidden + vocabulary * (hasDecoder ? hidden + 1 : 1)
    case .sequenceClassification: return dense + linear(labels, hidden)
    case .tokenClassification: return pooler + linear(labels, hidden)
    case .questionAnswering: return pooler + linear(2, hidden)
    case .multipleChoice: return dense + linear(1, hidden)
    }
  }

  // MARK: Between

  /// Hidden states, query, key, value and context of every token, and what
  /// blocks, workers and global tokens need.
  var working: Int {
    let isFew = ProductBlocks.isFew(length)
    let rows = isFew ? length : min(length, RowBlocks(length).size)
    let block = rows * (2 * hidden + (isFew ? inner : min(LayerMemory.innerColumns, inner)))
    return 5 * length * hidden + (isFew ? 1 : threads) * block + threads * worker + global
  }

  /// Packed keys and values of a worker.
  private var worker: Int {
    let keys = configuration.attention.map(\.rule).map { rule in
      rule.mostKeys(ofNeighbours: min(AttentionContext.taskQueries, length), length: length)
        + PackedKeys.alignment
    }
    func memory(_ count: Int) -> Int {
      2 * PackedKeys.memory(count: count, headSize: configuration.headSize) + count
    }
    return memory(keys.max() ?? 0) + memory(configuration.hasGlobalTokens ? globals : 0)
      + HeadAttention.scratchCount(headSize: configuration.headSize)
  }

  /// What the rows of global tokens are computed in, folded.
  private var global: Int {
    guard configuration.hasGlobalTokens, globals > 0 else { return 0 }
    let rows = configuration.headCount * min(globals, FoldedGlobalAttention.queries)
    let tokens = FoldedGlobalAttention.tokens
    let blocks = (length + tokens - 1) / tokens
    return rows * (3 * hidden + blocks * (tokens + hidden + 2))
      + threads * lf_packed_count(tokens, hidden)
  }

  // MARK: Outputs

  var lastHiddenState: Int { length * hidden }

  /// What pooler and head compute, and in what.
  var headOutputs: Int {
    let vocabulary = configuration.vocabularySize
    switch configuration.head {
    case .bare: return 2 * hidden
    case .maskedLanguageModel:
      let packed = lf_packed_count(min(HeadRun.blockWords, vocabulary), hidden)
      return length * (hidden + vocabulary) + threads * packed
    case .sequenceClassification, .multipleChoice: return 2 * hidden + configuration.labelCount
    case .tokenClassification: return 2 * length * configuration.labelCount
    case .questionAnswering: return 4 * length
    }
  }
}
