import CContainer
import CProtobufC
import LFCore

/// Builds the index's lists and checks each entry when it is added.
struct IndexReader {
  let context: LFZIndex.Context
  var blobs: [LFZIndex.Blob] = []
  var tensors: [LFZIndex.Tensor] = []
  var files: [LFZIndex.File] = []
  private var used: [Bool] = []
  private var logicalBytes = 0

  init(context: LFZIndex.Context) { self.context = context }

  mutating func readBlobs(_ messages: [UnsafeMutablePointer<Lfz__Blob>]) throws(LFError) {
    let chunkCount = context.rawStarts.count - 1
    var next = 0
    for number in unsafe messages.indices {
      let message = unsafe messages[number]
      let byteCount = try unsafe ProtobufField.count(message.pointee.length, "a blob's length")
      let chunks = unsafe Int(message.pointee.chunks)
      guard chunks >= 1, chunks <= chunkCount - next else {
        throw .refused(
          "lfz.index", at: .init(entry: "blob \(number)"),
          expected: "1 to \(chunkCount - next) chunks", found: "\(chunks)")
      }
      let raw = context.rawStarts[next + chunks] - context.rawStarts[next]
      guard byteCount == raw else {
        throw .refused(
          "lfz.index", at: .init(entry: "blob \(number)"),
          expected: "the \(raw.counted("byte")) of its chunks", found: "a length of \(byteCount)")
      }
      let digest = unsafe Digest128(
        high: message.pointee.digest_high, low: message.pointee.digest_low)
      blobs.append(.init(byteCount: byteCount, digest: digest, chunks: next..<next + chunks))
      next += chunks
    }
    guard next == chunkCount else {
      throw .refused(
        "lfz.index", expected: "blobs of \(chunkCount.counted("chunk")) in all", found: "\(next)")
    }
    used = [Bool](repeating: false, count: blobs.count)
  }

  mutating func readTensors(_ messages: [UnsafeMutablePointer<Lfz__Tensor>]) throws(LFError) {
    let limits = context.limits
    guard unsafe messages.count <= limits.tensors else {
      throw .refused(
        "lfz.limit", expected: "at most \(limits.tensors) tensors",
        found: "\(unsafe messages.count)")
    }
    var positions: [TensorName: Int] = [:]
    for number in unsafe messages.indices {
      let message = unsafe messages[number]
      let name = try unsafe TensorName(ProtobufField.text(message.pointee.name, "a tensor's name"))
        .validated(limits: limits)
      guard positions.updateValue(tensors.count, forKey: name) == nil else {
        throw .refused(
          "lfz.index", at: .init(entry: name.text), expected: "names that differ",
          found: "this one twice")
      }
      do throws(LFError) {
        try unsafe readTensor(message, name)
      } catch {
        throw error.located(entry: name.text)
      }
    }
    for tensor in tensors {
      guard let target = tensor.tiedTo else { continue }
      // Content is compared, not claimed: a tie that is none would be believed.
      guard let position = positions[target], tensors[position].tiedTo == nil,
        tensors[position].parts == tensor.parts,
        tensors[position].descriptor.elementType == tensor.descriptor.elementType,
        tensors[position].descriptor.shape == tensor.descriptor.shape
      else {
        throw .refused(
          "lfz.index", at: .init(entry: tensor.descriptor.name.text),
          expected: "a tie to an equal tensor that is not tied itself",
          found: "\"\(printable(target.text, limit: 80))\"")
      }
    }
  }

  private mutating func readTensor(
    _ message: UnsafeMutablePointer<Lfz__Tensor>, _ name: TensorName
  ) throws(LFError) {
    let number = unsafe message.pointee.element_type.rawValue
    guard let type = ElementType(code: number) else {
      throw .refused("lfz.index", expected: "an element type of 1 to 13", found: "\(number)")
    }
    let rank = unsafe message.pointee.n_shape
    guard rank <= context.limits.rank else {
      throw .refused(
        "lfz.limit", expected: "at most \(context.limits.rank) dimensions", found: "\(rank)")
    }
    var dimensions: [Int] = []
    for axis in 0..<rank {
      dimensions.append(try unsafe ProtobufField.count(message.pointee.shape[axis], "a dimension"))
    }
    let shape = try TensorShape(dimensions, limits: context.limits)
    let descriptor = TensorDescriptor(name: name, elementType: type, shape: shape)
    let (parts, byteCount) = try unsafe readParts(message.pointee.parts, message.pointee.n_parts)
    guard byteCount == descriptor.byteCount else {
      throw .refused(
        "lfz.index", expected: "parts of \(descriptor.byteCount.counted("byte")) in all",
        found: "\(byteCount)")
    }
    let tie = try unsafe ProtobufField.text(message.pointee.tied_to, "a tie")
    tensors.append(
      .init(
        descriptor: descriptor, parts: parts, tiedTo: tie.isEmpty ? nil : TensorName(tie)))
  }

  mutating func readFiles(_ messages: [UnsafeMutablePointer<Lfz__File>]) throws(LFError) {
    guard unsafe messages.count <= context.limits.tensors else {
      throw .refused(
        "lfz.limit", expected: "at most \(context.limits.tensors) files",
        found: "\(unsafe messages.count)")
    }
    var names: Set<TensorName> = []
    for number in unsafe messages.indices {
      let message = unsafe messages[number]
      let name = try unsafe ProtobufField.text(message.pointee.name, "a file's name")
      try CarriedName.check(name, limits: context.limits)
      guard names.insert(TensorName(name)).inserted else {
        throw .refused(
          "lfz.index", at: .init(entry: name), expected: "names that differ",
          found: "this one twice")
      }
      do throws(LFError) {
        let (parts, byteCount) = try unsafe readParts(
          message.pointee.parts, message.pointee.n_parts)
        files.append(.init(name: name, byteCount: byteCount, parts: parts))
      } catch {
        throw error.located(entry: name)
      }
    }
  }

  private mutating func readParts(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Lfz__Part>?>?, _ number: Int
  ) throws(LFError) -> ([LFZIndex.Part], byteCount: Int) {
    var parts: [LFZIndex.Part] = []
    var total = 0
    let messages = unsafe ProtobufField.list(start, number)
    for index in unsafe messages.indices {
      let message = unsafe messages[index]
      let blob = unsafe Int(message.pointee.blob)
      guard blob < blobs.count else {
        throw .refused(
          "lfz.index", expected: "one of \(blobs.count.counted("blob"))", found: "\(blob)")
      }
      let prefix = try unsafe ProtobufField.count(message.pointee.prefix, "a prefix")
      let repeats = try unsafe ProtobufField.count(
        message.pointee.repeats, "a number of repetitions")
      guard prefix < blobs[blob].byteCount else {
        throw .refused(
          "lfz.index",
          expected: "a prefix shorter than its blob's \(blobs[blob].byteCount.counted("byte"))",
          found: "\(prefix)")
      }
      let unit = prefix == 0 ? blobs[blob].byteCount : prefix
      let (byteCount, overflow) = unit.multipliedReportingOverflow(by: repeats)
      let (sum, overflow2) = total.addingReportingOverflow(byteCount)
      guard repeats >= 1, !overflow, !overflow2 else {
        throw .refused(
          "lfz.index", expected: "repetitions that fit, at least one", found: "\(repeats)")
      }
      total = sum
      used[blob] = true
      parts.append(.init(blob: blob, unit: unit, repeats: repeats, isWhole: prefix == 0))
    }
    try addLogical(total)
    return (parts, total)
  }

  private mutating func addLogical(_ byteCount: Int) throws(LFError) {
    let limit = LFZLimits.logicalBytes(fileByteCount: context.fileByteCount, context.limits)
    let (sum, overflow) = logicalBytes.addingReportingOverflow(byteCount)
    guard !overflow, sum <= limit else {
      throw .refused(
        "lfz.limit", expected: "at most \(limit) bytes of tensors and files",
        found: "more",
        hint: "a program that trusts the file can raise Limits.expansionRatio or expansionSlack")
    }
    logicalBytes = sum
  }

  /// Every blob serves something, unless a newer version may know what.
  func checkUse() throws(LFError) {
    if context.minor <= LFZFormat.minor, let idle = used.firstIndex(of: false) {
      throw .refused(
        "lfz.index", at: .init(entry: "blob \(idle)"), expected: "a tensor or file that uses it",
        found: "none")
    }
    // The sum cannot overflow: every chunk's raw length has at most 20 bits.
    let raw = context.rawStarts.last ?? 0
    let limit = LFZLimits.logicalBytes(fileByteCount: context.fileByteCount, context.limits)
    guard raw <= limit else {
      throw .refused("lfz.limit", expected: "at most \(limit) raw bytes", found: "\(raw)")
    }
  }
}
