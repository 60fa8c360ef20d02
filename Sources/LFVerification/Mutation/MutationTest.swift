import LFCore
import LFEncoder
import LFFamilies
import LFModels

/// Breaks a case slightly, each time in one way, and looks whether that is
/// noticed: a verification that passes everything would pass here too.
struct Perturbation {
  let run: CaseRun
  /// What the unbroken case computes.
  let outputs: ModelOutputs

  /// Breaks one expected value an output, one byte of a weight, and one row of
  /// the position table.
  func teeth() throws(LFError) -> Teeth {
    var broken = 0
    var missed: [String] = []
    func note(_ isNoticed: Bool, _ text: String) {
      broken += 1
      if !isNoticed { missed.append(text) }
    }
    for index in run.goals.outputs.indices {
      let name = run.goals.outputs[index].name
      guard let noticed = noticesValue(index) else { continue }
      note(noticed, "\(name) with one expected value changed passes")
    }
    let norm = TensorName.embeddingNormWeight
    if let index = run.source.index(of: norm) {
      note(
        try noticesWeight(index, elements: 0..<run.source.tensors[index].shape.elementCount),
        "a changed byte of \(norm) goes unnoticed")
    }
    let table = TensorName.positionEmbeddings
    if let index = run.source.index(of: table), let row = usedRow {
      let width = run.configuration.hiddenSize
      note(
        try noticesWeight(index, elements: row * width..<(row + 1) * width),
        "a changed byte of position row \(row) goes unnoticed")
    }
    if let noticed = try noticesStoredByte() {
      note(noticed.isNoticed, "a changed byte of \(noticed.name) equals the expected tensors")
    }
    return Teeth(broken: broken, missed: missed)
  }

  // MARK: Breaks

  /// Moves one expected value by the tolerance and 1e-3 more; nil when none
  /// counts.
  private func noticesValue(_ index: Int) -> Bool? {
    var copy = run
    let goal = run.goals.outputs[index]
    let counts = run.counts(goal)
    let width = max(1, goal.shape.dropFirst(run.leading(goal)).reduce(1, *))
    let candidates = goal.values.indices.filter { counts?[$0 / width] ?? true }
    guard !candidates.isEmpty else { return nil }
    // Any will do; the same one in every run.
    let place = candidates[
      goal.name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF } % candidates.count]
    let value = goal.values[place]
    copy.goals.outputs[index].values[place] = value + 1e-3 * max(1, abs(value))
    guard let own = outputs[goal.name] else { return true }
    return !copy.compare(own, with: copy.goals.outputs[index]).passed
  }

  /// Changes the exponent of the largest of some elements, and runs the model.
  private func noticesWeight(_ index: Int, elements: Range<Int>) throws(LFError) -> Bool {
    let tensor = run.source.tensors[index]
    let size = tensor.elementType.byteCount
    let bytes = try run.source.bytes(
      index, range: elements.lowerBound * size..<elements.upperBound * size)
    // The top bytes of a float without its sign order as its magnitude does.
    func magnitude(_ element: Int) -> Int {
      Int(bytes[element * size + size - 1] & 0x7F) << 8 | Int(bytes[element * size + size - 2])
    }
    guard let largest = (0..<elements.count).max(by: { magnitude($0) < magnitude($1) }) else {
      return true
    }
    var copy = run
    copy.source = PatchedSource(
      base: run.source, tensor: index,
      offset: (elements.lowerBound + largest) * size + size - 1, bits: 1)
    return copy.compare(try copy.forward()).contains { !$0.passed }
  }

  /// Flips the lowest bit of a stored byte; nil without expected tensors.
  private func noticesStoredByte() throws(LFError) -> (isNoticed: Bool, name: TensorName)? {
    guard let path = run.golden.expectedTensors else { return nil }
    let expected = try OpenedModel.open(path).source
    let names = Set(expected.tensors.map(\.name))
    let source = run.prepared.source
    let usable = source.tensors.indices.filter {
      names.contains(source.tensors[$0].name) && source.tensors[$0].byteCount > 0
    }
    guard !usable.isEmpty else { return nil }
    let index = usable[usable.count / 2]
    let tensor = source.tensors[index]
    let patched = PatchedSource(
      base: source, tensor: index, offset: tensor.byteCount / 2, bits: 1)
    let found = try TensorDifference.compare(
      patched, with: expected, mayBeAbsent: run.prepared.tiedNames)
    return (found.differing.contains { $0.name == tensor.name }, tensor.name)
  }

  /// A position row that a real token of the inputs looks up.
  private var usedRow: Int? {
    let positions = run.positions
    return positions.indices.first {
      positions[$0] > run.configuration.paddingID && run.inputs.attentionMask?[$0] != 0
    }.map { positions[$0] }
  }
}
