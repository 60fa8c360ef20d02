import LFCore
import LFEncoder
import LFFamilies

/// The hypotheses that are worth a test for each suspected cause.
struct Hypotheses {
  let run: CaseRun
  let pattern: DriftPattern
  /// Longest input of the model that a conversion started from.
  let sourceLength: Int?

  private var configuration: ModelConfiguration { run.configuration }

  /// Candidates, the likeliest first.
  func candidates(_ cause: Cause) throws(LFError) -> [Hypothesis] {
    switch cause {
    case .window: windows()
    case .activation: activations()
    case .epsilon: epsilons()
    case .tiling: tilings()
    case .positionOffset: try offsets()
    case .globalAttention: try globals()
    default: []
    }
  }

  // MARK: Configuration

  /// The run with a field of its configuration changed.
  private func changed(_ key: String, _ value: JSONValue) -> CaseRun? {
    var json = configuration.json
    json[key] = value
    var copy = run
    guard
      let own = try? ModelConfiguration(
        json: json, table: run.prepared.model.table, head: configuration.head, origin: nil),
      let configuration = try? GoldenAttention.configuration(own, run.attention, run.golden)
    else { return nil }
    copy.configuration = configuration
    return copy
  }

  private func windows() -> [Hypothesis] {
    let now = configuration.attentionWindows
    // A pattern that the case names leaves no window to the configuration.
    guard !now.isEmpty, run.attention == nil else { return [] }
    var candidates: [([Int], String)] = [
      (now.map { $0 * 2 }, "half as wide as it should be"),
      (now.map { $0 / 2 }, "twice as wide as it should be"),
      (now.reversed(), "in the wrong order of layers"),
    ]
    if let layer = pattern.layer, layer > 0, layer <= now.count {
      for (width, text) in [(now[layer - 1] * 2, "half"), (now[layer - 1] / 2, "twice")] {
        var one = now
        one[layer - 1] = width
        candidates.append((one, "\(text) as wide as it should be in layer \(layer)"))
      }
    }
    return candidates.compactMap { windows, text in
      guard windows != now,
        let run = changed("attention_window", .array(windows.map { JSONValue($0) }))
      else { return nil }
      return Hypothesis(
        text: "with the attention window \(windows) in place of \(now) every output agrees: it is "
          + "\(text) (Hugging Face gives the full width, AI2 one side)", run: run)
    }
  }

  private func activations() -> [Hypothesis] {
    Activation.allCases.filter { $0 != configuration.activation }.compactMap { activation in
      guard let run = changed("hidden_act", .string(activation.rawValue)) else { return nil }
      return Hypothesis(
        text: "with hidden_act \(activation.rawValue) in place of "
          + "\(configuration.activation.rawValue) every output agrees: the activation is another",
        run: run)
    }
  }

  private func epsilons() -> [Hypothesis] {
    [1e-12, 1e-5, 1e-6, 1e-8, 1e-7].filter { $0 != configuration.layerNormEpsilon }
      .compactMap { epsilon in
        guard let run = changed("layer_norm_eps", JSONValue(epsilon)) else { return nil }
        return Hypothesis(
          text: "with layer_norm_eps \(epsilon) in place of \(configuration.layerNormEpsilon) "
            + "every output agrees: likely a class's default took the place of the source's",
          run: run)
      }
  }

  // MARK: Positions

  /// The run with the position table built again from its own rows.
  private func table(
    _ parts: (_ index: Int, _ rowBytes: Int) -> [ComposedTensor.Part]
  ) -> CaseRun? {
    guard let index = run.source.index(of: .positionEmbeddings) else { return nil }
    let old = run.source.tensors[index]
    let tensors = run.source.tensors.enumerated().compactMap { place, tensor in
      try? ComposedTensor(
        tensor,
        parts: place == index
          ? parts(index, old.rowByteCount)
          : [.init(.source(index: place, range: 0..<tensor.byteCount))])
    }
    guard tensors.count == run.source.tensors.count else { return nil }
    var copy = run
    copy.source = ComposedSource(base: run.source, composed: tensors)
    return copy
  }

  private func tilings() -> [Hypothesis] {
    guard let length = sourceLength ?? pattern.firstPlace, length > 0,
      length < configuration.longestInput, configuration.positions == .afterPadding
    else { return [] }
    let tiling = PositionTiling(
      sourceRows: length + configuration.paddingID + 1, paddingID: configuration.paddingID,
      maxPositions: configuration.longestInput)
    guard let run = table({ tiling.parts(index: $0, rowBytes: $1) }) else { return [] }
    let begin = pattern.firstPlace.map { "errors begin at token \($0); " } ?? ""
    return [
      Hypothesis(
        text: begin + "with the \(length) usable position rows of the source repeated every "
          + "\(length.counted("row")) every output agrees: the tiling is wrong", run: run)
    ]
  }

  private func offsets() throws(LFError) -> [Hypothesis] {
    let rows = configuration.positionCount
    let positions = try run.preparedInputs().positions
    let reserved = configuration.firstPosition
    var shifts: [Int] = []
    for shift in [1, -1, 2, -2, reserved, -reserved, configuration.paddingID] where shift != 0 {
      if !shifts.contains(shift), shift.magnitude < rows { shifts.append(shift) }
    }
    return shifts.compactMap { shift in
      let size = Int(shift.magnitude)
      let run = table { index, width in
        let all = ComposedTensor.Content.source(
          index: index, range: max(0, shift) * width..<(rows + min(0, shift)) * width)
        let edge = shift > 0 ? rows - 1 : 0
        let lost = ComposedTensor.Part(
          .source(index: index, range: edge * width..<(edge + 1) * width), repeats: size)
        return shift > 0 ? [.init(all), lost] : [lost, .init(all)]
      }
      guard let run else { return nil }
      let unknown = positions.indices.filter { !(0..<rows).contains(positions[$0] + shift) }
      // Padding looks up a reserved row.
      let padding = positions.indices.filter { positions[$0] < reserved }
      return Hypothesis(
        text: "with position rows taken \(size) \(shift > 0 ? "further on" : "earlier") "
          + (unknown.isEmpty ? "every output agrees" : "the embeddings agree")
          + ": the position offset is wrong by \(size) (the first token has row \(reserved))",
        run: run, unknown: unknown.isEmpty ? [] : Set(unknown + padding))
    }
  }

  // MARK: Global attention

  private func globals() throws(LFError) -> [Hypothesis] {
    guard configuration.hasGlobalTokens else { return [] }
    var hypotheses: [Hypothesis] = []
    if let run = swapped() {
      hypotheses.append(
        Hypothesis(
          text:
            "with local and global projections exchanged every output agrees: they are mixed up",
          run: run))
    }
    let length = run.inputs.length
    let count = run.sequenceCount * length
    let masks = [
      (Array(repeating: 0, count: count), "no global token"),
      ((0..<count).map { $0.isMultiple(of: length) ? 1 : 0 }, "the first token global"),
    ]
    let now = try run.preparedInputs().isGlobal
    for (mask, text) in masks where mask.map({ $0 != 0 }) != now {
      var copy = run
      copy.inputs.globalAttentionMask = mask
      hypotheses.append(
        Hypothesis(
          text: "with \(text) every output agrees: the expected outputs were made with another "
            + "global attention mask", run: copy))
    }
    return hypotheses
  }

  /// The run with local and global projections exchanged.
  private func swapped() -> CaseRun? {
    let tensors = run.source.tensors
    var found = false
    let composed = tensors.enumerated().compactMap { index, tensor -> ComposedTensor? in
      let name = tensor.name.text
      var other = index
      if name.contains("_global."), let end = name.firstRange(of: "_global.") {
        let local = String(name[..<end.lowerBound]) + "." + name[end.upperBound...]
        other = run.source.index(of: TensorName(local)) ?? index
        found = true
      } else if name.contains(".attention.self."), let dot = name.lastIndex(of: ".") {
        let global = String(name[..<dot]) + "_global" + name[dot...]
        other = run.source.index(of: TensorName(global)) ?? index
      }
      let bytes = tensors[other].byteCount
      return try? ComposedTensor(tensor, parts: [.init(.source(index: other, range: 0..<bytes))])
    }
    guard found, composed.count == tensors.count else { return nil }
    var copy = run
    copy.source = ComposedSource(base: run.source, composed: composed)
    return copy
  }
}
