import LFCore

/// What will be stored, and how tensors and files are put together from it.
struct StoragePlan: Sendable {
  private(set) var blobs: [PlannedBlob] = []
  private(set) var tensors: [LFZIndex.Tensor] = []
  private(set) var files: [LFZIndex.File] = []
  /// Tensors that were said to be tied to one they do not equal.
  private(set) var brokenTies: [TensorName] = []

  /// Plans the storage of tensors and files.
  ///
  /// Parts that begin at the same byte of the same tensor share a blob, the
  /// longest of them; equal contents share one too. Nothing is written, and
  /// nothing read but what has to be compared.
  init(
    tensors: [ComposedTensor], base: any TensorSource, files: [CarriedFile],
    reader: ContentReader, threads: Int
  ) throws(LFError) {
    let (wanted, positions) = try Self.contents(of: tensors, base: base, files: files)
    let leaders = try EqualContents(wanted, reader, threads: threads).leaders()
    var numbers = [Int](repeating: 0, count: wanted.count)
    for (index, leader) in leaders.enumerated() {
      if leader == index {
        numbers[index] = blobs.count
        blobs.append(wanted[index])
      } else {
        numbers[index] = numbers[leader]
      }
    }
    func part(_ content: BlobContent, _ unit: Int, _ repeats: Int) -> LFZIndex.Part {
      // Every content was entered above.
      let blob = numbers[positions[content] ?? 0]
      return .init(
        blob: blob, unit: unit, repeats: repeats, isWhole: unit == blobs[blob].byteCount)
    }
    self.tensors = tensors.map { tensor in
      .init(
        descriptor: tensor.descriptor,
        parts: tensor.parts.map {
          part(BlobContent($0.content), $0.content.byteCount, $0.repeats)
        }, tiedTo: nil)
    }
    self.files = files.enumerated().map { number, file in
      .init(
        name: file.name, byteCount: file.byteCount,
        parts: file.byteCount == 0 ? [] : [part(.file(number), file.byteCount, 1)])
    }
    tie(tensors)
  }

  /// Every content that is wanted, each once and as long as its longest use, and
  /// its place in the list.
  private static func contents(
    of tensors: [ComposedTensor], base: any TensorSource, files: [CarriedFile]
  ) throws(LFError) -> (wanted: [PlannedBlob], positions: [BlobContent: Int]) {
    var wanted: [PlannedBlob] = []
    var positions: [BlobContent: Int] = [:]
    func want(_ content: BlobContent, _ byteCount: Int, _ type: ElementType) {
      if let position = positions[content] {
        wanted[position].byteCount = max(wanted[position].byteCount, byteCount)
      } else {
        positions[content] = wanted.count
        wanted.append(
          PlannedBlob(content: content, byteCount: byteCount, elementType: type))
      }
    }
    for tensor in tensors {
      for part in tensor.parts {
        try check(part, of: tensor, base)
        want(BlobContent(part.content), part.content.byteCount, tensor.descriptor.elementType)
      }
    }
    for (number, file) in files.enumerated() where file.byteCount > 0 {
      want(.file(number), file.byteCount, .u8)
    }
    for index in wanted.indices {
      let width = wanted[index].elementType.byteCount
      if wanted[index].byteCount % width != 0 { wanted[index].elementType = .u8 }
    }
    return (wanted, positions)
  }

  /// Enters the ties that hold: the container does not claim what is not so.
  private mutating func tie(_ composed: [ComposedTensor]) {
    var positions: [TensorName: Int] = [:]
    for (index, tensor) in composed.enumerated() { positions[tensor.descriptor.name] = index }
    for (index, tensor) in composed.enumerated() {
      guard var target = tensor.tiedTo else { continue }
      // A tie to a tied tensor leads to what that one is tied to.
      var steps = 0
      while steps < composed.count, let next = positions[target].flatMap({ composed[$0].tiedTo }) {
        target = next
        steps += 1
      }
      guard let position = positions[target], position != index, steps < composed.count,
        tensors[position].parts == tensors[index].parts,
        tensors[position].descriptor.elementType == tensors[index].descriptor.elementType,
        tensors[position].descriptor.shape == tensors[index].descriptor.shape
      else {
        brokenTies.append(tensor.descriptor.name)
        continue
      }
      tensors[index].tiedTo = target
    }
  }

  private static func check(
    _ part: ComposedTensor.Part, of tensor: ComposedTensor, _ base: any TensorSource
  ) throws(LFError) {
    var sound = part.repeats >= 1
    if case .source(let index, let range) = part.content {
      sound =
        sound && base.tensors.indices.contains(index) && range.lowerBound >= 0
        && range.upperBound <= base.tensors[index].byteCount
    }
    guard sound else {
      throw LFError(
        .internal, "internal.composed-tensor",
        "a part of \(tensor.descriptor.name) lies outside of its source")
    }
  }
}

extension BlobContent {
  /// The content of a composed tensor's part, without its length.
  fileprivate init(_ content: ComposedTensor.Content) {
    switch content {
    case .source(let index, let range): self = .tensor(index: index, start: range.lowerBound)
    case .zeros: self = .zeros
    }
  }
}

/// A blob that is to be written.
struct PlannedBlob: Sendable {
  var content: BlobContent
  var byteCount: Int
  /// Of the tensor that uses it first; decides how it is coded.
  var elementType: ElementType

  /// Raw bytes of a chunk; the last one may be shorter.
  var chunkBytes: Int {
    if case .file = content { return LFZFormat.chunkBytes }
    return LFZFormat.chunkElements * elementType.byteCount
  }
}

/// Where the bytes of a blob come from.
enum BlobContent: Hashable, Sendable {
  /// The source's tensor `index`, from byte `start` on.
  case tensor(index: Int, start: Int)
  /// Zero bytes.
  case zeros
  /// A carried file.
  case file(Int)
}
