import LFCore
import LFEncoder
import LFFamilies

/// What became of the mutants of a case: copies that differ from it in one
/// place, all of which have to fail.
public struct MutationScore: Sendable, Equatable {
  /// How many mutants were verified.
  public let tested: Int
  /// Those that passed all the same, each in a sentence.
  public let survived: [String]

  /// Mutants that failed, as they had to.
  public var killed: Int { tested - survived.count }
}

/// A mutation test: changes a case in one place at a time, in memory, and looks
/// whether that is noticed.
///
/// A verification that passes everything would pass the mutants too. A mutant
/// that computes the same numbers as the case itself, in every output, is left
/// out: no expected value can tell the two apart. So it is with a weight before
/// the LayerNorm of a model that is one number wide, whose output is the bias.
struct MutationTest {
  let run: CaseRun
  /// What the case computes as it is.
  let outputs: ModelOutputs

  /// Changes one expected value of each output, one byte of a weight, one of a
  /// row of the position table, and one of a tensor that is compared.
  func score() throws(LFError) -> MutationScore {
    var tested = 0
    var survived: [String] = []
    func note(_ isNoticed: Bool?, _ text: String) {
      guard let isNoticed else { return }
      tested += 1
      if !isNoticed { survived.append(text) }
    }
    for index in run.expected.outputs.indices {
      note(
        noticesValue(index), "\(run.expected.outputs[index].name) with one expected value changed")
    }
    let norm = TensorName.embeddingNormWeight
    if let index = run.source.index(of: norm) {
      let all = 0..<run.source.tensors[index].shape.elementCount
      note(try noticesWeight(index, elements: all), "\(norm) with one byte changed")
    }
    let table = TensorName.positionEmbeddings
    if let index = run.source.index(of: table), let row = try usedRow() {
      let width = run.configuration.hiddenSize
      note(
        try noticesWeight(index, elements: row * width..<(row + 1) * width),
        "position row \(row) with one byte changed")
    }
    if let (isNoticed, name) = try noticesStoredByte() {
      note(isNoticed, "\(name) with one stored byte changed equals the expected tensor")
    }
    return MutationScore(tested: tested, survived: survived)
  }

  // MARK: Mutants

  /// Moves one expected value by 1e-3, relative to it where it is larger than
  /// 1; nil when none counts.
  private func noticesValue(_ index: Int) -> Bool? {
    var copy = run
    let expected = run.expected.outputs[index]
    let counts = run.counts(expected)
    let width = max(1, expected.shape.dropFirst(run.leading(expected)).reduce(1, *))
    let candidates = expected.values.indices.filter { counts?[$0 / width] ?? true }
    guard !candidates.isEmpty else { return nil }
    // Any will do; the same one in every run.
    let place = candidates[
      expected.name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF } % candidates.count]
    let value = expected.values[place]
    copy.expected.outputs[index].values[place] = value + 1e-3 * max(1, abs(value))
    guard let own = outputs[expected.name] else { return true }
    return !copy.compare(own, with: copy.expected.outputs[index]).passed
  }

  /// Changes the exponent of one of some elements, the largest that matters, and
  /// runs the model; nil when no change of the largest ones makes a difference.
  private func noticesWeight(_ index: Int, elements: Range<Int>) throws(LFError) -> Bool? {
    let tensor = run.source.tensors[index]
    let size = tensor.elementType.byteCount
    let bytes = try run.source.bytes(
      index, range: elements.lowerBound * size..<elements.upperBound * size)
    // The top bytes of a float without its sign order as its magnitude does.
    func magnitude(_ element: Int) -> Int {
      Int(bytes[element * size + size - 1] & 0x7F) << 8 | Int(bytes[element * size + size - 2])
    }
    let ranked = (0..<elements.count).sorted { (magnitude($0), $1) > (magnitude($1), $0) }
    for element in ranked.prefix(8) {
      var copy = run
      copy.source = PatchedSource(
        base: run.source, tensor: index,
        offset: (elements.lowerBound + element) * size + size - 1,
        // Zero becomes 2 or more; the exponent of any other number changes in its lower bits.
        bits: magnitude(element) == 0 ? 0x40 : 1)
      let changed = try copy.forward()
      if changed != outputs { return copy.compare(changed).contains { !$0.passed } }
    }
    return nil
  }

  /// Flips the lowest bit of a stored byte; nil without expected tensors.
  private func noticesStoredByte() throws(LFError) -> (isNoticed: Bool, name: TensorName)? {
    guard let expected = run.expectedTensors else { return nil }
    var places: [TensorName: Int] = [:]
    for (place, tensor) in expected.tensors.enumerated() { places[tensor.name] = place }
    let source = run.prepared.source
    let usable = source.tensors.indices.filter {
      places[source.tensors[$0].name] != nil && source.tensors[$0].byteCount > 0
    }
    guard !usable.isEmpty else { return nil }
    let index = usable[usable.count / 2]
    let tensor = source.tensors[index]
    guard let place = places[tensor.name] else { return nil }
    let patched = PatchedSource(
      base: source, tensor: index, offset: tensor.byteCount / 2, bits: 1)
    return (try expected.difference(place, from: patched, index) != nil, tensor.name)
  }

  /// The position row of the first token that is no padding.
  private func usedRow() throws(LFError) -> Int? {
    let tokens = try run.preparedInputs()
    return zip(tokens.positions, tokens.isKept).first { $0.1 }?.0
  }
}

/// A source with one byte changed, in memory only.
struct PatchedSource: TensorSource {
  let base: any TensorSource
  let tensor: Int
  let offset: Int
  /// Bits to flip.
  let bits: UInt8

  var tensors: [TensorDescriptor] { base.tensors }

  func read(
    _ index: Int, at start: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try base.read(index, at: start, into: &buffer)
    guard index == tensor, offset >= start, offset - start < buffer.byteCount else { return }
    let old = try base.bytes(index, range: offset..<offset + 1)[0]
    try buffer.withSlice(offset - start..<offset - start + 1) { $0.fill(old ^ bits) }
  }
}
