import LFCore
import LFTools
import TestSupport
import Testing

@Suite("Benchmark of the forward pass")
struct ForwardBenchmarkTests {
  private func model(_ name: String) -> String { Repository.golden(name) + "/source" }

  @Test("Every run counts but the first, and the median is the middle one", arguments: [1, 2, 3])
  func runs(repeats: Int) throws {
    var benchmark = ForwardBenchmark(length: 16, threads: 2)
    benchmark.repeats = repeats
    benchmark.batch = 2
    var steps: [Double] = []
    let result = try benchmark.run(model("longformer-masked-lm-own-global-projections")) {
      steps.append($0)
    }
    // The run that does not count takes its time too.
    #expect(steps == (0...repeats + 1).map { Double($0) / Double(repeats + 1) })
    #expect(result.seconds.count == repeats && result.parts.isEmpty)
    let sorted = result.seconds.sorted()
    #expect(
      result.medianSeconds
        == (repeats == 2 ? (sorted[0] + sorted[1]) / 2 : sorted[repeats / 2]))
    #expect(result.peakBytes > 0)
    #expect(result.json["parts"] == nil && result.json["batch"] == 2)
  }

  @Test("Every head can be timed: multiple choice has inputs of its own shape")
  func heads() throws {
    for name in ["multiple-choice-default-globals", "bert-multiple-choice", "bert-one-token"] {
      var benchmark = ForwardBenchmark(length: 12, threads: 1)
      benchmark.repeats = 1
      benchmark.measuresParts = true
      let result = try benchmark.run(model(name))
      let flops = result.parts.reduce(0) { $0 + $1.flops }
      #expect(flops == result.flops && flops > 0, "\(name)")
      #expect(result.json["parts"]?.arrayValue?.count == result.parts.count)
    }
  }

  @Test("An input longer than the model's longest, or too many of them, is refused")
  func size() {
    func code(_ length: Int, _ batch: Int) -> String? {
      var benchmark = ForwardBenchmark(length: length, threads: 1)
      benchmark.batch = batch
      return failure { try benchmark.run(model("pad-zero")) }?.code
    }
    #expect(code(21, 1) == "input.length")
    #expect(code(.max, .max) == "input.length")
    #expect(code(20, 1 << 22) == "bench.size")
    #expect(code(2, .max) == "bench.size")
  }
}
