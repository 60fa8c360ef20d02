import Foundation
import LFEncoder

extension DenseReference {
  /// All outputs, by name, flattened row by row; masks must be given.
  func outputs(_ inputs: EncoderInputs, attentions: Bool = false) -> [String: [Double]] {
    let shape = model.shape
    let length = inputs.length
    let count = inputs.inputIDs.count / length
    var hidden = [[[Double]]](repeating: [], count: shape.layers + 1)  // [L + 1][N·S][H]
    var tables = [[Double]](repeating: [], count: shape.layers)  // [L][N·heads·S·S]
    for sequence in 0..<count {
      let range = sequence * length..<(sequence + 1) * length
      let ids = Array(inputs.inputIDs[range])
      let keep = inputs.attentionMask.map { $0[range].map { $0 != 0 } } ?? ids.map { _ in true }
      let flags = inputs.globalAttentionMask.map { $0[range].map { $0 != 0 } }
      let global = zip(keep, flags ?? ids.map { _ in false }).map { $0 && $1 }
      var counter = 0
      let counted = ids.map { id -> Int in
        if shape.isBERT {
          counter += 1
          return counter - 1
        }
        counter += id == shape.padding ? 0 : 1
        return id == shape.padding ? shape.padding : shape.padding + counter
      }
      let (states, weights) = run(
        ids: ids, keep: keep, global: global,
        types: inputs.tokenTypeIDs.map { Array($0[range]) } ?? ids.map { _ in 0 },
        positions: inputs.positionIDs.map { Array($0[range]) } ?? counted)
      for (index, state) in states.enumerated() { hidden[index] += state }
      guard attentions else { continue }
      for (index, heads) in weights.enumerated() { tables[index] += heads.joined().joined() }
    }
    var result: [String: [Double]] = [:]
    for (index, state) in hidden.enumerated() {
      result["hidden_states.\(index)"] = state.flatMap { $0 }
    }
    if attentions {
      for (index, table) in tables.enumerated() { result["attentions.\(index)"] = table }
    }
    let last = hidden[shape.layers]
    result["last_hidden_state"] = last.flatMap { $0 }
    let first = (0..<count).map { last[$0 * length] }
    let pooled =
      model.weights["pooler.dense.weight"] == nil
      ? nil : linear(first, "pooler.dense").map { $0.map { tanh($0) } }
    if let pooled { result["pooler_output"] = pooled.flatMap { $0 } }
    result.merge(head(last: last, first: first, pooled: pooled)) { $1 }
    return result
  }

  private func head(
    last: [[Double]], first: [[Double]], pooled: [[Double]]?
  ) -> [String: [Double]] {
    switch model.shape.head {
    case .bare: return [:]
    case .maskedLanguageModel:
      let features = norm(
        linear(last, "lm_head.dense").map {
          $0.map(["bert", "distilbert"].contains(model.shape.family) ? activation : Self.gelu)
        }, "lm_head.layer_norm")
      let decoder =
        model.weights["lm_head.decoder.weight"]
        ?? model.weights["embeddings.word_embeddings.weight"]!
      let bias = model.weights["lm_head.decoder.bias"] ?? model.weights["lm_head.bias"]!
      let logits = features.map { row in
        bias.indices.map { word in
          row.indices.reduce(bias[word]) { $0 + row[$1] * decoder[word * row.count + $1] }
        }
      }
      return ["logits": logits.flatMap { $0 }]
    case .sequenceClassification,
      .multipleChoice where model.shape.hasTwoLayers:
      let inner = linear(first, "classifier.dense").map { row in
        row.map { x in
          switch model.shape.family {
          case "distilbert": max(x, 0)
          case "electra": Self.gelu(x)
          default: tanh(x)
          }
        }
      }
      return ["logits": linear(inner, "classifier.out_proj").flatMap { $0 }]
    case .tokenClassification: return ["logits": linear(last, "classifier").flatMap { $0 }]
    case .questionAnswering:
      let logits = linear(last, "qa_outputs")
      return ["start_logits": logits.map { $0[0] }, "end_logits": logits.map { $0[1] }]
    case .multipleChoice: return ["logits": linear(pooled!, "classifier").flatMap { $0 }]
    }
  }
}
