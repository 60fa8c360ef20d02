import Foundation
import LFCore
import LFVerification
import TestSupport
import Testing

@Suite("Golden cases")
struct GoldenTests {
  @Test(
    "Every golden case verifies, with the bits that it states", arguments: Repository.goldenNames)
  func verifies(name: String) {
    var verifier = Verifier(threads: 2)
    verifier.isExact = true
    let result = verifier.verify(Repository.golden(name))
    #expect(result.status == .pass, "\(result.message)")
    #expect(!result.outputs.isEmpty)
    #expect(result.tensorsCompared > 0)
    #expect(result.outputs.allSatisfy { $0.expectedBits != nil })
  }

  /// Cases that PyTorch's float32 ran too, with its largest error against the
  /// same float64 truth for every output.
  private static let measured = Repository.goldenNames.compactMap { name in
    let path = Repository.golden(name) + "/case.json"
    let data = try? Data(contentsOf: URL(fileURLWithPath: path))
    let json = data.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    let provenance = json?["provenance"] as? [String: Any]
    let measured = provenance?["measured"] as? [String: Any]
    let errors = measured?["hf_float32_max_abs_error"] as? [String: Double]
    return errors.map { (name, $0) }
  }

  @Test("No case is less exact than PyTorch's float32", arguments: measured)
  func accuracy(name: String, errors: [String: Double]) {
    let outputs = Verifier(threads: 2).verify(Repository.golden(name)).outputs
    func largest(_ kept: (String) -> Bool) -> (ours: Double, theirs: Double) {
      (
        outputs.filter { kept($0.name) }.map(\.maxAbsolute).max() ?? .infinity,
        errors.filter { kept($0.key) }.values.max() ?? 0
      )
    }
    let all = largest { errors[$0] != nil }
    #expect(all.ours <= all.theirs)
    // What the model is asked for, without the states on the way.
    let final = largest { errors[$0] != nil && !$0.hasPrefix("hidden_states.") }
    #expect(final.ours <= final.theirs)
  }

  @Test("PyTorch's errors are on record")
  func measurements() { #expect(Self.measured.count >= 42) }

  @Test("All of them are found in their folder")
  func folder() throws {
    let report = try Verifier(threads: 2).run([Repository.golden])
    #expect(report.passed == Repository.goldenNames.count && report.passed >= 47)
    #expect(report.failed == 0)
    #expect(report.exitCode == 0)
  }

  @Test("An expected value that is off by 1e-3 fails", arguments: Repository.goldenNames)
  func expectedValues(name: String) throws {
    let scratch = try Scratch()
    let folder = try scratch.copy(Repository.golden(name), as: "case")
    let original = try SafetensorsFile(folder + "/expected.safetensors")
    var random = SystemRandomNumberGenerator()
    for tensor in original.tensors {
      var changed = original
      let element = Int.random(in: 0..<tensor.shape.reduce(1, *), using: &random)
      changed.add(Bool.random() ? 1e-3 : -1e-3, to: tensor, element: element)
      try changed.save()
      let result = Verifier().verify(folder)
      #expect(result.status == .fail, "\(tensor.name) element \(element)")
      let output = result.outputs.first { !$0.passed }
      #expect(output?.name == tensor.name)
      var flat = 0
      for (index, size) in zip(output?.worstIndex ?? [], tensor.shape) {
        flat = flat * size + index
      }
      #expect(flat == element)
    }
  }

  /// Cases whose model is a safetensors file; pickles have a test of their own.
  private static let safetensors = Repository.goldenNames.filter {
    FileManager.default.fileExists(atPath: Repository.golden($0) + "/source/model.safetensors")
  }

  @Test("A flipped bit in any tensor of the source fails", arguments: safetensors)
  func sourceBytes(name: String) throws {
    try flipEach("source/model.safetensors", in: name)
  }

  @Test("A flipped bit in any expected tensor fails", arguments: Repository.goldenNames)
  func expectedBytes(name: String) throws {
    let path = Repository.golden(name)
    let file = try #require(GoldenCase(folder: path).expectedTensors)
    // Digests have a test of their own.
    guard !file.hasSuffix(".json") else { return }
    try flipEach(String(file.dropFirst(path.count + 1)), in: name)
  }

  /// Cases in which every tensor and every position row is changed; in the
  /// others a few tensors at random are.
  private static let thorough = ["pad-zero", "longformer-masked-lm-own-global-projections"]

  /// Flips one bit of a random byte of tensors and of position rows.
  private func flipEach(_ file: String, in name: String) throws {
    let scratch = try Scratch()
    let folder = try scratch.copy(Repository.golden(name), as: "case")
    let original = try SafetensorsFile(folder + "/" + file)
    let isThorough = Self.thorough.contains(name)
    let tensors = original.tensors.filter { !$0.range.isEmpty }.shuffled()
    for tensor in isThorough ? tensors[...] : tensors.prefix(3) {
      var places = [Int.random(in: 0..<tensor.range.count)]
      if isThorough, tensor.name.hasSuffix("position_embeddings.weight") {
        let row = tensor.range.count / tensor.shape[0]
        places = (0..<tensor.shape[0]).map { $0 * row + Int.random(in: 0..<row) }
      }
      for place in places {
        var changed = original
        changed.flip(tensor, byte: place)
        try changed.save()
        let result = Verifier().verify(folder)
        #expect(result.status == .fail, "\(tensor.name) byte \(place): \(result.message)")
        #expect(!result.differingTensors.isEmpty)
      }
    }
  }

  @Test("A weight that is another in a pickled source fails")
  func pickledBytes() throws {
    let scratch = try Scratch()
    let folder = try scratch.copy(Repository.golden("fairseq-legacy-pickle"), as: "case")
    let path = folder + "/source/model.pt"
    let original = try Data(contentsOf: URL(fileURLWithPath: path))
    // The raw storages come after the pickles, at the file's end.
    for back in stride(from: 64, to: 4096, by: 509) {
      var changed = original
      changed[changed.count - back] ^= 1
      try changed.write(to: URL(fileURLWithPath: path))
      #expect(Verifier().verify(folder).status != .pass)
    }
  }
}
