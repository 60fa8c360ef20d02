import LFCore

/// Decides which file of a folder holds the weights.
///
/// Safetensors come before pickles, standard names before others; where that
/// leaves several, the user has to say which.
struct WeightsChoice {
  /// The folder's path, for messages.
  let folder: String
  /// The files in it.
  let entries: [String]

  /// Names that Hugging Face's loader looks for, in its order.
  private static let standard = [
    "model.safetensors", "model.safetensors.index.json",
    "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// Endings of weights files: safetensors, then everything that is a pickle.
  private static let safetensors = [".safetensors", ".safetensors.index.json"]
  private static let pickles = [".bin", ".bin.index.json", ".pt", ".pth", ".ckpt"]

  /// The one file to open, or the error that lists the candidates.
  func name() throws(LFError) -> String {
    for endings in [Self.safetensors, Self.pickles] {
      let candidates = entries.filter { Self.isCandidate($0, endings) }
      if let name = Self.standard.first(where: { candidates.contains($0) }) { return name }
      // The parts of an index are no candidates of their own.
      let indexes = candidates.filter { $0.hasSuffix(".index.json") }
      if indexes.count == 1, let index = indexes.first { return index }
      if candidates.contains("model.pt"), isFairseq { return "model.pt" }
      switch candidates.count {
      case 0: continue
      case 1: return candidates[0]
      default: throw several(candidates)
      }
    }
    if let adapter = entries.first(where: { CarriedNames.adapters.contains($0) }) {
      throw Adapter.error(.init(file: folder, entry: adapter))
    }
    throw .refused(
      "checkpoint.no-weights", at: .init(file: folder),
      expected: "a file with weights (.safetensors, .bin, .pt, .pth or .ckpt)", found: "none",
      hint: entries.contains { $0.hasSuffix(".h5") || $0.hasSuffix(".msgpack") }
        ? "TensorFlow and Flax weights have to be saved as safetensors first" : nil)
  }

  /// Whether a name is one that weights have.
  static func isCandidate(_ name: String) -> Bool { isCandidate(name, safetensors + pickles) }

  private static func isCandidate(_ name: String, _ endings: [String]) -> Bool {
    endings.contains { name.hasSuffix($0) } && CarriedNames.isWeights(name)
  }

  private var isFairseq: Bool {
    entries.contains("dict.txt") && !entries.contains("config.json")
  }

  private func several(_ candidates: [String]) -> LFError {
    let listed = candidates.prefix(12).map { printable($0, limit: 80) }.joined(separator: ", ")
    let more = candidates.count > 12 ? " and \(candidates.count - 12) more" : ""
    return .refused(
      "checkpoint.ambiguous", at: .init(file: folder), expected: "one file with weights",
      found: "\(candidates.count): \(listed)\(more)",
      hint: "give the path of the file instead of its folder")
  }
}
