import Foundation
import TestSupport
import Testing

/// `lfconv diff` on files whose differences are known by construction.
@Suite("diff")
struct DiffTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private typealias Tensor = HandMadeModel.Tensor

  private func halves(_ name: String, _ type: String, _ bits: [UInt16]) -> Tensor {
    Tensor(name, type, [bits.count], bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
  }

  private func doubles(_ name: String, _ values: [Double]) -> Tensor {
    Tensor(
      name, "F64", [values.count],
      values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
      })
  }

  private func diff(
    _ first: [Tensor], _ second: [Tensor], _ more: [String] = ["--json"]
  ) throws -> Program.Result {
    try scratch.file("a.safetensors", HandMadeModel.safetensors(first))
    try scratch.file("b.safetensors", HandMadeModel.safetensors(second))
    return try Program.run(
      ["diff", scratch("a.safetensors"), scratch("b.safetensors")] + more)
  }

  private struct Expected {
    var largest: Double?
    var ulp: Int?
    var cosine: Double?
    var remark: String?
  }

  @Test("Values, units in the last place and angles are those that were put in")
  func values() throws {
    let pairs: [(Tensor, Tensor, Expected)] = [
      // Beyond 4 a float32 has steps of 2⁻²¹.
      (
        Tensor("f32.ulp", [4], [1, 2, 3, 4]),
        Tensor("f32.ulp", [4], [1, 2, 3, Float(4).nextUp.nextUp.nextUp]),
        Expected(largest: 3 * 0x1p-21, ulp: 3, cosine: 1)
      ),
      (
        Tensor("f32.right-angle", [2], [1, 0]), Tensor("f32.right-angle", [2], [0, 1]),
        Expected(largest: 1, ulp: 0x3F80_0000, cosine: 0)
      ),
      // From −3 to 3 by way of both zeros, which are one value.
      (
        Tensor("f32.opposite", [2], [3, 4]), Tensor("f32.opposite", [2], [-3, -4]),
        Expected(largest: 8, ulp: 2 * 0x4080_0000, cosine: -1)
      ),
      (
        Tensor("f32.zeros", [2], [0, 1]), Tensor("f32.zeros", [2], [-0.0, 1]),
        Expected(largest: 0, ulp: 0, cosine: 1)
      ),
      (
        Tensor("f32.nan", [2], [1, .nan]), Tensor("f32.nan", [2], [1, 2]),
        Expected(largest: nil, ulp: 0x7FC0_0000 - 0x4000_0000, cosine: nil)
      ),
      (
        doubles("f64", [1, -8]), doubles("f64", [1 + 0x1p-51, -8]),
        Expected(largest: 0x1p-51, ulp: 2, cosine: 1)
      ),
      (
        halves("f16", "F16", [0x3C00, 0x0001]), halves("f16", "F16", [0x3C01, 0x8001]),
        Expected(largest: 0x1p-10, ulp: 2, cosine: 1)
      ),
      (
        halves("bf16", "BF16", [0x3F80]), halves("bf16", "BF16", [0x3F82]),
        Expected(largest: 0x1p-6, ulp: 2, cosine: 1)
      ),
      (
        Tensor("i64", [2], integers: [1, -1]), Tensor("i64", [2], integers: [1, 5]),
        Expected(largest: 6, ulp: 6, cosine: -4 / (2.0 * 26).squareRoot())
      ),
      (
        Tensor("i8", "I8", [2], [0x80, 3]), Tensor("i8", "I8", [2], [0x7F, 3]),
        Expected(largest: 255, ulp: 255, cosine: (-128 * 127 + 9) / (16393.0 * 16138).squareRoot())
      ),
      (
        Tensor("u8", "U8", [1], [200]), Tensor("u8", "U8", [1], [3]),
        Expected(largest: 197, ulp: 197, cosine: 1)
      ),
      (
        Tensor("type", [2], [1, -2]), halves("type", "F16", [0x3C00, 0xC000]),
        Expected(largest: 0, ulp: 0, cosine: 1, remark: "F32 and F16")
      ),
      (
        Tensor("shape", [2], [1, 2]), Tensor("shape", [1, 2], [1, 2]),
        Expected(largest: nil, ulp: nil, cosine: nil, remark: "shapes differ: [2] and [1,2]")
      ),
    ]
    let same = Tensor("same", [3], [1, .nan, -0.0])
    let only = [Tensor("only.a", [1], [1]), Tensor("only.b", [1], [1]), Tensor("only.c", [1], [1])]
    let result = try diff(pairs.map(\.0) + [same, only[0]], pairs.map(\.1) + [same] + only[1...])
    #expect(result.exitCode == 1, "\(result.errors)")
    let json = result.json
    #expect(json["equal"] as? Bool == false)
    #expect(json["compared"] as? Int == pairs.count + 1)
    #expect(json["only_in_a"] as? [String] == ["only.a"])
    #expect(json["only_in_b"] as? [String] == ["only.b", "only.c"])
    let differing = try #require(json["differing"] as? [[String: Any]])
    #expect(differing.count == pairs.count)
    for (first, _, expected) in pairs {
      let found = try #require(differing.first { $0["name"] as? String == first.name })
      #expect(found["max_abs"] as? Double == expected.largest, "\(first.name)")
      #expect(found["max_ulp"] as? Int == expected.ulp, "\(first.name)")
      #expect(found["remark"] as? String == expected.remark, "\(first.name)")
      if let cosine = expected.cosine {
        let own = try #require(found["cosine"] as? Double, "\(first.name)")
        #expect(abs(own - cosine) < 1e-6, "\(first.name): \(own)")
      } else {
        #expect(found["cosine"] is NSNull, "\(first.name)")
      }
    }
  }

  @Test("Cosines of float64 hold for tiny, huge and denormal numbers")
  func cosines() throws {
    let tiny = Double.leastNonzeroMagnitude
    let pairs: [(name: String, a: [Double], b: [Double], largest: Double?, cosine: Double?)] = [
      ("opposite", [3, 4], [-3, -4], 8, -1),
      ("opposite tiny", [3e-200, 4e-200], [-3e-200, -4e-200], 8e-200, -1),
      ("tiny", [1e-100, 2e-100], [1e-100, 3e-100], 1e-100, 7 / 50.0.squareRoot()),
      ("huge", [1e170, 0], [1e170, 1e170], 1e170, 0.5.squareRoot()),
      ("at the end", [1.5e308, 0], [0, 1.5e308], 1.5e308, 0),
      ("far apart", [1e-300, 0], [1e300, 1e300], 1e300, 0.5.squareRoot()),
      ("growing", [1e-200, 1, 1e200], [1e-200, -1, 1e200], 2, 1),
      ("denormal", [tiny, 2 * tiny], [2 * tiny, -tiny], 3 * tiny, 0),
      ("one zero", [0, 0], [0, 1], 1, 0),
      ("signs of zeros", [0, 0], [0, -0.0], 0, 1),
      ("infinite", [.infinity, 1], [1, 1], nil, nil),
      ("infinite in both", [.infinity, 1], [.infinity, 2], 1, nil),
      ("difference overflows", [1.7e308], [-1.7e308], nil, -1),
    ]
    // Larger than what is compared at a time, the largest value last.
    let long = Array(repeating: 1e-250, count: 70_000)
    let result = try diff(
      pairs.map { doubles($0.name, $0.a) } + [doubles("long", long + [1e250])],
      pairs.map { doubles($0.name, $0.b) } + [doubles("long", long + [-1e250])])
    let differing = try #require(result.json["differing"] as? [[String: Any]])
    #expect(try SchemaCheck(command: "diff").problems(result.json) == [])
    for pair in pairs + [("long", [], [], 2e250, -1)] {
      let found = try #require(differing.first { $0["name"] as? String == pair.name })
      #expect(found["max_abs"] as? Double == pair.largest, "\(pair.name)")
      guard let cosine = pair.cosine else {
        #expect(found["cosine"] is NSNull, "\(pair.name)")
        continue
      }
      let own = try #require(found["cosine"] as? Double, "\(pair.name)")
      #expect(abs(own - cosine) < 1e-12, "\(pair.name): \(own)")
    }
  }

  @Test("Units in the last place are those of the coarser type")
  func coarser() throws {
    let exact = Float(1)
    let pairs: [(Tensor, Tensor, Int?)] = [
      // 1 + 2⁻⁹ rounds to 1 in bfloat16, whose steps there are 2⁻⁷.
      (Tensor("bf16", [1], [exact + 0x1p-9]), halves("bf16", "BF16", [0x3F80]), 0),
      (Tensor("bf16 next", [1], [exact + 0x1p-7]), halves("bf16 next", "BF16", [0x3F80]), 1),
      (halves("f16", "F16", [0x3C03]), Tensor("f16", [1], [exact]), 3),
      // float16 is the finer of the two half types, although its range is less.
      (halves("halves", "F16", [0x3C10]), halves("halves", "BF16", [0x3F80]), 2),
      (doubles("f32", [1 + 0x1p-22]), Tensor("f32", [1], [exact]), 2),
      (doubles("opposite", [-1e-300]), Tensor("opposite", [1], [1e-45]), 1),
      (Tensor("whole", [1], [exact]), Tensor("whole", [1], integers: [1]), nil),
    ]
    let json = try diff(pairs.map(\.0), pairs.map(\.1)).json
    let differing = try #require(json["differing"] as? [[String: Any]])
    for (first, _, ulp) in pairs {
      let found = try #require(differing.first { $0["name"] as? String == first.name })
      #expect(found["max_ulp"] as? Int == ulp, "\(first.name)")
      #expect(found["kind"] as? String == "types")
    }
  }

  @Test("The largest difference comes first, shapes before all")
  func order() throws {
    let names = ["small", "large", "shape", "nan"]
    let json = try diff(
      names.map { Tensor($0, [1], [1]) },
      [
        Tensor("small", [1], [1.5]), Tensor("large", [1], [8]), Tensor("shape", [1, 1], [1]),
        Tensor("nan", [1], [.nan]),
      ]
    ).json
    let differing = try #require(json["differing"] as? [[String: Any]])
    #expect(differing.map { $0["name"] as? String } == ["shape", "nan", "large", "small"])
  }

  @Test("Equal files are equal, whatever the order of their tensors")
  func equal() throws {
    let tensors = [Tensor("x", [2], [1, 2]), Tensor("y", [0, 3], []), Tensor("z", [], [4])]
    let result = try diff(tensors, tensors.reversed())
    #expect(result.exitCode == 0)
    #expect(result.json["equal"] as? Bool == true && result.json["compared"] as? Int == 3)
    let text = try diff(tensors, tensors, [])
    #expect(text.output == "equal: 3 tensors, byte for byte\n")
    #expect(try diff(tensors, tensors, ["--quiet"]).output.isEmpty)
  }

  @Test("The text has a line for each difference, and a sum")
  func text() throws {
    let result = try diff(
      [
        Tensor("y", [1], [1]), Tensor("x", [2], [1, 2]), Tensor("z", [1], [1]),
        Tensor("a\\u001bb", [1], [1]),
      ],
      [
        halves("y", "F16", [0x3C00]), Tensor("x", [2], [1, 4]), Tensor("z", [2], [1, 1]),
        Tensor("c", [1], [1]),
      ], [])
    #expect(result.exitCode == 1)
    #expect(
      result.output.split(separator: "\n").map { $0.replacing(/cosine [0-9.]+/, with: "cosine C") }
        == [
          "only in a  a\\u{1b}b", "only in b  c",
          "differs    z  shapes differ: [1] and [2]",
          "differs    x  max abs 2.00, max ULP 8388608, cosine C",
          "differs    y  max abs 0.0, max ULP 0, cosine C  (F32 and F16)",
          "different: 3 of 3 tensors differ, 2 are on one side only",
        ])
  }

  @Test("Damage is an error, not a difference")
  func damage() throws {
    let source = Repository.golden("pad-zero") + "/source"
    #expect(try Program.run(["convert", source, "-o", scratch("a.lfz")]).exitCode == 0)
    #expect(try Program.run(["diff", source, scratch("a.lfz")]).exitCode == 0)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: scratch("a.lfz")))
    bytes[64 + 1000] ^= 1  // in the first chunk, after the header
    try bytes.write(to: URL(fileURLWithPath: scratch("a.lfz")))
    let result = try Program.run(["diff", source, scratch("a.lfz"), "--json"])
    #expect(result.exitCode == 2)
    #expect((result.json["error"] as? [String: Any])?["code"] as? String == "lfz.chunk-checksum")
    #expect(try Program.run(["diff", source, scratch("nowhere")]).exitCode == 4)
  }
}
