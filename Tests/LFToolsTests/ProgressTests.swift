import Foundation
import LFConversion
import LFCore
import LFFamilies
import LFTools
import Synchronization
import TestSupport
import Testing

/// What commands tell of how far they are, from which a rate and the time that is
/// left follow.
@Suite("Progress")
struct ProgressTests {
  /// The reports, in order.
  private final class Log: Sendable {
    private struct Report {
      let action: String
      let done: Double
      let total: Int
    }
    private let reports = Mutex<[Report]>([])

    func add(_ done: Double, _ total: Int, of action: String = "") {
      reports.withLock { $0.append(Report(action: action, done: done, total: total)) }
    }

    /// Demands that an action goes from nothing to all, never back, and is always so
    /// much in all.
    func check(
      _ action: String = "", total: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let own = reports.withLock { $0 }.filter { $0.action == action }
      #expect(own.first?.done == 0 && own.last?.done == 1, sourceLocation: sourceLocation)
      #expect(own.count > 2, sourceLocation: sourceLocation)
      #expect(own.allSatisfy { $0.total == total }, sourceLocation: sourceLocation)
      for (a, b) in zip(own, own.dropFirst()) {
        #expect(a.done <= b.done, sourceLocation: sourceLocation)
      }
    }
  }

  private static let roberta = Repository.golden("roberta-masked-lm-three-windows") + "/source"
  private static func ids(_ count: Int) -> [Int] { (0..<count).map { 5 + $0 % 60 } }

  @Test("check counts the bytes of the file")
  func check() throws {
    let log = Log()
    let path = Repository.golden("pytorch-bin-zip") + "/source/pytorch_model.bin"
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    _ = try ModelCheck(path, threads: 1) { log.add($0, $1) }
    log.check(total: size)
  }

  @Test("diff counts the bytes of the first model's tensors")
  func diff() throws {
    let log = Log()
    let comparison = try ModelComparison(Self.roberta, Self.roberta) { log.add($0, $1) }
    #expect(comparison.isEqual)
    let file = try SafetensorsFile(Self.roberta + "/model.safetensors")
    log.check(total: file.tensors.reduce(0) { $0 + $1.range.count })
  }

  @Test("evaluate counts the tokens of each model")
  func evaluate() throws {
    let log = Log()
    // Lengths of their own, so that each row is run by itself.
    let rows = EvaluationRows(
      rows: [30, 20, 10].map { EvaluationRows.Row(ids: Self.ids($0)) }, origin: "rows")
    _ = try Evaluation(threads: 1).run([Self.roberta, Self.roberta]) { (_) throws(LFError) in
      rows
    } progress: {
      log.add($1, $2, of: String($0))
    }
    for model in ["0", "1"] { log.check(model, total: 60) }
  }

  @Test("compare-attention counts the tokens that its patterns read, and those of growth")
  func compare() throws {
    let log = Log()
    let rows = EvaluationRows(
      rows: [30, 20].map { EvaluationRows.Row(ids: Self.ids($0)) }, origin: "rows")
    var comparison = AttentionComparison(patterns: [try AttentionName("window:4")], threads: 1)
    comparison.lengths = [8, 24]
    _ = try comparison.run(Self.roberta) { (_) throws(LFError) in
      rows
    } progress: {
      log.add($1, $2, of: $0)
    }
    log.check("comparing", total: 2 * 50)
    log.check("measuring growth", total: 2 * 32)
  }
}
