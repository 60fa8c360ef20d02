import LFCore
import LFEncoder
import LFFamilies
import LFFiles

/// One pattern's sums, as rows come in.
struct PatternRun {
  let name: AttentionName
  let model: EncoderModel
  let bins: PositionBins
  var seconds = 0.0
  var flops = 0.0
  var peakBytes: Int?
  var distances: [StateDistance]
  var head = HeadComparison()
  /// By layer and head, times the queries; nil once a table was too large.
  var dropped: [[Double]]?
  var queries = 0
  var keys = 0.0
  var tokens = 0

  init(name: AttentionName, model: EncoderModel, bins: PositionBins) {
    self.name = name
    self.model = model
    self.bins = bins
    let layers = model.configuration.layerCount
    distances = Array(repeating: StateDistance(bins: bins), count: layers + 1)
    dropped = Array(
      repeating: Array(repeating: 0, count: model.configuration.headCount), count: layers)
  }

  /// Runs the model and keeps time and memory; `body` takes the states after
  /// the embeddings, 0, and after every layer, outside of the measured time.
  mutating func run(
    _ inputs: EncoderInputs, _ body: (Int, OutputTensor) -> Void
  ) throws(LFError) -> ForwardPass {
    let hasMemory = Machine.resetPeakMemory()
    let clock = ContinuousClock()
    var start = clock.now
    var pass = try model.begin(inputs)
    for layer in 0...model.configuration.layerCount {
      if layer > 0 { _ = try pass.runLayer() }
      seconds += (clock.now - start) / .seconds(1)
      body(layer, pass.hiddenStates())
      start = clock.now
    }
    if hasMemory { peakBytes = max(peakBytes ?? 0, Machine.peakMemory) }
    flops +=
      ForwardFlops(
        settings: model.configuration, batch: inputs.batch, length: inputs.length,
        globals: name.globals?.list.count ?? 0
      ).total
    keys +=
      VisibleKeyCount(configuration: model.configuration, name: name, length: inputs.length)
      .mean * Double(inputs.length)
    tokens += inputs.length
    return pass
  }

  var result: PatternResult {
    PatternResult(
      pattern: name.text, keysPerQuery: keys / Double(max(1, tokens)), flops: flops,
      seconds: seconds, peakBytes: peakBytes, hiddenStates: distances.map(\.result),
      byPosition: distances.last?.byPosition ?? [],
      droppedAttention: dropped.map { layers in
        layers.map { $0.map { $0 / Double(max(1, queries)) } }
      },
      languageModel: head.result(bins))
  }
}

/// How many keys a query sees.
struct VisibleKeyCount {
  let configuration: ModelConfiguration
  let name: AttentionName
  let length: Int

  /// Queries that are looked at: patterns are regular.
  private static let sample = 256

  /// The mean over queries, heads and layers. Where what is seen depends on the
  /// states, that of an example.
  var mean: Double {
    let globals = name.globals?.list.filter { $0 < length } ?? []
    let step = max(1, length / Self.sample)
    var (sum, count) = (0, 0)
    var known: [(rule: any AttentionRule, sum: Int, count: Int)] = []
    for pattern in configuration.attention {
      let rule = pattern.rule
      if let same = known.first(where: { $0.rule.description == rule.description }) {
        sum += same.sum
        count += same.count
        continue
      }
      let example = rule.example(length: length)
      var (own, queries) = (0, 0)
      for head in 0..<configuration.headCount {
        for query in stride(from: 0, to: length, by: step) {
          own += seen(example, query, head, globals)
          queries += 1
        }
      }
      known.append((rule, own, queries))
      sum += own
      count += queries
    }
    return Double(sum) / Double(max(1, count))
  }

  private func seen(_ rule: any AttentionRule, _ query: Int, _ head: Int, _ globals: [Int]) -> Int {
    if globals.contains(query) { return rule.isCausal ? query + 1 : length }
    let runs = rule.visibleKeys(query: query, head: head, length: length)
    let others = globals.filter { global in
      (!rule.isCausal || global <= query)
        && !runs.contains {
          global >= $0.first && global < $0.first + $0.count * $0.step
            && (global - $0.first).isMultiple(of: $0.step)
        }
    }
    return runs.reduce(others.count) { $0 + $1.count }
  }
}
