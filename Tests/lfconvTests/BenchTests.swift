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

  @Test(
    "A length or a product that nobody can run is refused, before memory is asked for",
    arguments: [
      (["--length", "400000000"], "input.length"),
      (["--length", "4000000000000000000"], "input.length"),
      (["--length", "24", "--batch", "400000000"], "bench.size"),
      (["--length", "24", "--batch", "4000000000000000000"], "bench.size"),
    ])
  func size(arguments: [String], code: String) throws {
    let model = Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
    let words = ([Program.path, "bench", model, "--json"] + arguments).map { "'\($0)'" }
    let result = try Program.run(
      ["-c", "ulimit -v 6000000; exec " + words.joined(separator: " ")], program: "/bin/sh")
    #expect(result.exitCode == 2 && !result.wasSignalled, "\(result.errors)")
    #expect((result.json["error"] as? [String: Any])?["code"] as? String == code)
  }

  @Test(
    "A pattern by name takes the place of the model's own, and its operations are counted",
    arguments: [
      ("full", 24.0, 0), ("blockwise:2", 12, 0), ("recurrence:6:4", 10, 0), ("bigbird:2:1", 0, 0),
      ("lsh:4:2", 16, 0), ("lsh-shared:4:1", 8, 0), ("window:4+global:0,5", 5, 2),
    ])
  func patterns(name: String, keys: Double, globals: Int) throws {
    for model in ["longformer-masked-lm-own-global-projections", "pad-zero"] {
      let length = model == "pad-zero" ? 20 : 24
      let json = try bench(model, ["--attention", name, "--length", "\(length)", "--parts"])
      #expect(Set(json.keys) == Self.contract.union(["parts", "attention"]))
      #expect(json["attention"] as? String == name && json["global"] as? Int == globals)
      let parts = try #require(json["parts"] as? [[String: Any]])
      let flops = parts.reduce(into: [String: Double]()) { table, part in
        table[part["name"] as? String ?? ""] = part["flops"] as? Double
      }
      let attention = ["full_attention", "band_attention", "sparse_attention"]
      #expect(flops.keys.filter(attention.contains).count == 1)
      guard length == 24, keys > 0 else { continue }
      #expect(attention.compactMap { flops[$0] } == [2 * 24 * 4 * 24 * (keys + Double(globals))])
      #expect((flops["global_attention"] ?? 0) == Double(2 * globals * 4 * 24 * 24))
    }
  }

  @Test("A pattern that is none, or does not suit the model or the length, is refused")
  func refusedPatterns() throws {
    let model = Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
    let calls: [(String, Int32, String)] = [
      ("blokwise:2", 64, "did you mean blockwise?"), ("window:3", 64, "[attention.pattern]"),
      ("window:4/4/4", 64, "[attention.pattern]"), ("blockwise:9", 64, "[attention.pattern]"),
      ("lsh:25:1", 2, "[input.attention]"), ("recurrence:25:0", 2, "[input.attention]"),
      ("window:4+global:24", 2, "[input.attention]"), ("full+global:first", 64, "cannot have"),
    ]
    for (name, code, text) in calls {
      let result = try Program.run(["bench", model, "--length", "24", "--attention", name])
      #expect(result.exitCode == code && result.errors.contains(text), "\(name): \(result.errors)")
    }
  }

  @Test("The text tells median, runs, rate and memory, and parts on request")
  func text() throws {
    let model = Repository.golden("longformer-masked-lm-own-global-projections") + "/source"
    let result = try Program.run(
      ["bench", model, "--length", "24", "--repeats", "2", "--batch", "3", "--parts"])
    #expect(result.exitCode == 0)
    let lines = result.output.split(separator: "\n")
    let starts = ["median  ", "runs    ", "rate    ", "peak    ", "memory  ", "part    "]
    for (line, start) in zip(lines, starts) {
      #expect(line.hasPrefix(start), "\(line)")
    }
    #expect(lines[0].contains(" s for 3 × 24 tokens, 1 global, "))
    #expect(lines.contains { $0.contains("band_attention") && $0.contains("of one thread") })
    #expect(try Program.run(["bench", model, "--length", "0"]).exitCode == 64)
    #expect(try Program.run(["bench", model, "--length", "4", "--global", "5"]).exitCode == 64)
  }
}
