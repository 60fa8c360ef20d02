import LFCore
import LFEncoder
import LFFamilies
import LFFiles

/// Time and memory of patterns over the length, on random tokens.
struct PatternGrowth {
  let models: [(name: AttentionName, model: EncoderModel)]
  let inputs: TiledInputs

  /// A run shorter than this is repeated, and the shorter time taken.
  private static let shortSeconds = 2.0

  /// Measures every pattern at every length.
  ///
  /// - Parameter progress: called with the part that is done, by tokens, and the
  ///   tokens of all of it.
  func measure(
    _ lengths: [Int], progress: (_ done: Double, _ tokens: Int) -> Void
  ) throws(LFError) -> [AttentionComparisonResult.Growth] {
    var results: [AttentionComparisonResult.Growth] = []
    let tokens = lengths.reduce(0, +) * models.count
    var done = 0
    if tokens > 0 { progress(0, tokens) }
    for length in lengths {
      let row = inputs.random(length: length)
      for (name, model) in models {
        let given = try name.applied(to: row)
        let hasMemory = Machine.resetPeakMemory()
        var seconds = try time(model, given)
        if seconds < Self.shortSeconds { seconds = min(seconds, try time(model, given)) }
        results.append(
          AttentionComparisonResult.Growth(
            pattern: name.text, length: length, seconds: seconds,
            peakBytes: hasMemory ? Machine.peakMemory : nil))
        done += length
        progress(Double(done) / Double(tokens), tokens)
      }
    }
    return results
  }

  private func time(_ model: EncoderModel, _ inputs: EncoderInputs) throws(LFError) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var pass = try model.begin(inputs)
    while try pass.runLayer() {}
    return (clock.now - start) / .seconds(1)
  }
}
