import Foundation
import TestSupport
import Testing

@Suite("Benchmark")
struct BenchTests {
  private static let contract: Set = [
    "schema", "length", "batch", "global", "threads", "seconds", "median_seconds", "flops",
    "gflops", "peak_rss_bytes", "peak_gflops", "processor", "instruction_set",
  ]

  private func bench(_ name: String, _ more: [String] = []) throws -> [String: Any] {
    let result = try Program.run(
      [
        "bench", Repository.golden(name) + "/source", "--length", "24", "--repeats", "3",
        "--json",
      ] + more)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(result.json["schema"] as? String == "lfconv.bench/1")
    return result.json
  }

  @Test("The object has the fields of the contract, and parts only on request")
  func contract() throws {
    let json = try bench("longformer-masked-lm-own-global-projections")
    #expect(Set(json.keys) == Self.contract)
    #expect((json["peak_gflops"] as? Double ?? 0) > 0.1)
    #expect((json["seconds"] as? [Double])?.count == 3)
    // 2 layers, hidden 24, intermediate 40, windows 8 and 4, one global token.
    let products = 2 * 24 * 2 * (4 * 24 * 24 + 2 * 24 * 40)
    let band = 24 * 4 * 24 * (10 + 6)
    let global = 2 * 4 * 24 * 24
    #expect(json["flops"] as? Int == products + band + global)
  }

  @Test(
    "Parts add up to the operations of the whole, and to the time of all threads",
    arguments: ["longformer-masked-lm-own-global-projections", "roberta-bare-with-pooler"])
  func parts(name: String) throws {
    let isFull = name.hasPrefix("roberta")
    let json = try bench(name, ["--parts", "--threads", "1"])
    #expect(Set(json.keys) == Self.contract.union(["parts"]))
    let parts = try #require(json["parts"] as? [[String: Any]])
    let attention = isFull ? ["full_attention"] : ["band_attention", "global_attention"]
    #expect(
      parts.compactMap { $0["name"] as? String }
        == ["embeddings", "query_key_value"] + attention
        + ["attention_output", "feed_forward", "layer_norm", "idle"])
    #expect(
      parts.compactMap { $0["flops"] as? Double }.reduce(0, +) == json["flops"] as? Double)
    let spent = parts.compactMap { $0["seconds"] as? Double }.reduce(0, +)
    let elapsed = try #require(json["seconds"] as? [Double]).reduce(0, +) / 3
    #expect(abs(spent - elapsed) <= elapsed * 1e-6)
  }
}
