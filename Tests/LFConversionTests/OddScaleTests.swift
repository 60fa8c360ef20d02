import LFCore
import TestSupport
import Testing

@testable import LFConversion

/// Models whose numbers are large or small: no correct conversion is refused,
/// and wrong ones are.
@Suite("Forward proofs at odd scales")
struct OddScaleTests {
  typealias Scales = HandMadeModel.Scales
  typealias RoBERTa = HandMadeModel.RoBERTa

  /// 1e-4 … 1e4.
  private static let powers: [Float] = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000, 1e4]

  /// One kind of number at a time, and some together.
  static let all: [Scales] =
    powers.flatMap { power in
      [
        .with { $0.weights *= power }, .with { $0.biases *= power }, .with { $0.norms *= power },
        .with { $0.embeddings *= power }, .with { $0.outlier = power },
        .with { $0.sharpness = power },
        .with { ($0.norms, $0.sharpness) = (power, 3) },
        .with { ($0.outlier, $0.sharpness) = (30, power) },
        .with { ($0.weights, $0.biases, $0.norms) = (0.2 * power, power, 1 / power) },
      ]
    } + [.with { $0.norms = 300 }, .with { $0.outlier = 30 }]

  @Test("No correct conversion is refused", arguments: all)
  func holds(scales: Scales) throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      let model = try ConvertedModel(RoBERTa(scales, seed: seed))
      for sharesLayers in [false, true] {
        let checks = try model.prove(sharesLayers: sharesLayers)
        #expect(checks.map(\.status) == [.passed, .passed, .passed])
        #expect(checks.allSatisfy { ($0.shareOfBound ?? 1) < 0.5 }, "\(checks)")
      }
    }
  }

  /// Something a converter may get wrong.
  struct Mutant: Sendable, CustomStringConvertible {
    let description: String
    let change: @Sendable (inout ConvertedModel) throws -> Void
  }

  static let mutants: [Mutant] = {
    let layer = "longformer.encoder.layer.1."
    let own = layer + "attention.self."
    var mutants: [Mutant] = []
    for (first, second) in [
      ("query", "key"), ("key", "value"), ("query_global", "key_global"),
      ("key_global", "value_global"),
    ] {
      mutants.append(
        Mutant(description: "\(first) and \(second) swapped") {
          try $0.swap(own + first + ".weight", own + second + ".weight")
        })
    }
    mutants.append(
      Mutant(description: "value and output swapped") {
        try $0.swap(own + "value.weight", layer + "attention.output.dense.weight")
      })
    mutants.append(
      Mutant(description: "layers swapped") {
        try $0.swap(
          layer + "output.dense.weight", "longformer.encoder.layer.0.output.dense.weight")
      })
    for row in [2, 4] {
      mutants.append(
        Mutant(description: "positions shifted from row \(row) on") {
          try $0.shiftRows(of: "longformer.embeddings.position_embeddings.weight", from: row)
        })
    }
    let names = [
      own + "query.weight", own + "key.weight", own + "value.weight", own + "value_global.weight",
      layer + "attention.output.dense.weight", layer + "intermediate.dense.weight",
      layer + "output.dense.weight", own + "value.bias", layer + "output.LayerNorm.weight",
      layer + "attention.output.LayerNorm.bias", "classifier.dense.weight",
      "classifier.out_proj.bias", "longformer.embeddings.LayerNorm.weight",
    ]
    for name in names {
      // The lowest bit of an exponent doubles or halves a number.
      for bit in [23, 24, 27, 30] {
        mutants.append(
          Mutant(description: "\(name) bit \(bit)") {
            try $0.flip(name, element: name.hasSuffix("out_proj.bias") ? 1 : 17, bit: bit)
          })
      }
    }
    return mutants
  }()

  /// Usual numbers, and the kinds of large ones that trained models have.
  static let mutated: [Scales] = [
    Scales(), .with { $0.norms = 300 }, .with { $0.outlier = 30 }, .with { $0.sharpness = 3 },
  ]

  /// A mutant that is not refused may only be one that changes nothing: where the
  /// softmax is so sharp that one key takes all, no bit of a query matters.
  @Test(
    "Wrong conversions are refused by the forward pass alone, unless no output shows it",
    arguments: mutants)
  func refuses(mutant: Mutant) throws {
    for (number, scales) in Self.mutated.enumerated() {
      var model = try ConvertedModel(RoBERTa(scales))
      let before = try model.outputs()
      try mutant.change(&model)
      let code = model.failure()
      if code == "check.forward" || code == "forward.overflow" { continue }
      #expect(code == nil && number > 0, "\(scales)")
      let after = try model.outputs()
      for (old, new) in zip(before, after) {
        let largest = old.values.reduce(0) { max($0, abs($1)) }
        let difference = zip(old.values, new.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference <= 1e-6 * largest, "\(scales), \(old.name)")
      }
    }
  }
}
