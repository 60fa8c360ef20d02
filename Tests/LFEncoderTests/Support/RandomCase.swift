import LFEncoder
import TestSupport

/// A random model and random inputs, from one seed.
struct RandomCase {
  private(set) var shape: TinyModel.Shape
  private(set) var inputs: EncoderInputs
  let note: String

  /// The same sizes and masks for a RoBERTa, with full attention.
  var withFullAttention: RandomCase {
    var copy = self
    copy.shape.family = "roberta"
    copy.shape.windows = []
    copy.shape.dilations = []
    copy.shape.isCausal = false
    copy.inputs.globalAttentionMask = nil
    return copy
  }

  /// Gives every head so many columns, so that layers are summed in pieces.
  mutating func widen(toHeadsOf size: Int) {
    shape.hidden = shape.heads * size
    shape.intermediate += 300
  }

  init(seed: Int) {
    var random = SeededGenerator(seed: seed)
    var shape = TinyModel.Shape()
    shape.heads = random.number(1...4)
    shape.hidden = shape.heads * [2, 4, 6, 8][random.number(0...3)]
    shape.intermediate = random.number(1...40)
    shape.layers = random.number(1...3)
    shape.types = random.number(1...3)
    shape.padding = random.number(0...3)
    shape.activation = ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"][random.number(0...3)]
    let length = random.number(0...3) == 0 ? random.number(1...9) : random.number(10...150)
    shape.windows = (0..<shape.layers).map { _ in
      2 * (random.number(0...5) == 0 ? random.number(150...1000) : random.number(1...20))
    }
    if random.number(0...1) == 0 {
      shape.dilations = (0..<shape.layers).map { _ in
        (0..<shape.heads).map { _ in random.number(0...9) == 0 ? 500 : random.number(1...5) }
      }
    }
    shape.isCausal = random.number(0...3) == 0
    shape.hasPooler = random.number(0...1) == 0
    let batch = random.number(1...3)
    shape.positions = length

    var keep: [Int] = []
    var global: [Int] = []
    var ids: [Int] = []
    var kinds: [String] = []
    for _ in 0..<batch {
      let padding = random.number(0...6)
      let start = random.number(0...length - 1)
      let end = random.number(start...length - 1)
      for position in 0..<length {
        let isPadded =
          switch padding {
          case 0: position > end  // right
          case 1: position < start  // left
          case 2: position >= start && position <= end && position % 3 != 0  // middle, scattered
          case 3: random.number(0...24) == 0 || start == 0  // sometimes the whole sequence
          default: false
          }
        keep.append(isPadded ? 0 : 1)
        // Ids and mask need not agree: positions follow the ids.
        let word = (shape.padding + 1) % shape.vocabulary + random.number(0...30)
        ids.append(isPadded && random.number(0...3) > 0 ? shape.padding : word)
      }
      let kind = random.number(0...5)
      let some = random.number(0...length - 1)
      for position in 0..<length {
        let isGlobal =
          switch kind {
          case 0: false
          case 1: position == 0
          case 2: position == some
          case 3: random.number(0...9) == 0
          case 4: random.number(0...2) > 0
          default: true
          }
        global.append(isGlobal ? 1 : 0)
      }
      kinds.append("padding \(padding) global \(kind)")
    }
    let types = shape.types
    let typeIDs = ids.map { _ in random.number(0...types - 1) }
    inputs = EncoderInputs(
      batch: batch, length: length, inputIDs: ids, attentionMask: keep,
      globalAttentionMask: global, tokenTypeIDs: types == 1 ? nil : typeIDs)
    self.shape = shape
    note =
      "seed \(seed), length \(length), windows \(shape.windows), dilations \(shape.dilations), "
      + "causal \(shape.isCausal), \(kinds)"
  }
}
