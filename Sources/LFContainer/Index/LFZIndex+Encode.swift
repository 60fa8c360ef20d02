import CContainer
import CProtobufC
import LFCore

extension LFZIndex {
  /// The index as a protobuf message.
  ///
  /// Fields are written in the order of their numbers, so that the same index
  /// always has the same bytes.
  var encoded: [UInt8] {
    let memory = IndexMemory()
    var root = unsafe Lfz__Index()
    unsafe lfz__index__init(&root)
    unsafe root.tool = memory.bytes(provenance.tool.utf8)
    let blobs = unsafe self.blobs.map { unsafe $0.message(memory) }
    let tensors = unsafe self.tensors.map { unsafe $0.message(memory) }
    let files = unsafe self.files.map { unsafe $0.message(memory) }
    let parameters = unsafe provenance.parameters.map { unsafe $0.message(memory) }
    let sources = unsafe provenance.sources.map { unsafe $0.message(memory) }
    unsafe (root.n_blobs, root.blobs) = unsafe (blobs.count, memory.array(blobs))
    unsafe (root.n_tensors, root.tensors) = unsafe (tensors.count, memory.array(tensors))
    unsafe (root.n_files, root.files) = unsafe (files.count, memory.array(files))
    unsafe (root.n_parameters, root.parameters) = unsafe (
      parameters.count, memory.array(parameters)
    )
    unsafe (root.n_sources, root.sources) = unsafe (sources.count, memory.array(sources))
    var result = [UInt8](repeating: 0, count: unsafe lfz__index__get_packed_size(&root))
    let written = unsafe result.withUnsafeMutableBufferPointer {
      unsafe lfz__index__pack(&root, $0.baseAddress)
    }
    precondition(written == result.count)
    return result
  }
}

extension LFZIndex.Blob {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__Blob>? {
    var message = unsafe Lfz__Blob()
    unsafe lfz__blob__init(&message)
    unsafe message.length = UInt64(byteCount)
    unsafe message.digest_high = digest.high
    unsafe message.digest_low = digest.low
    unsafe message.chunks = UInt32(chunks.count)
    return unsafe memory.make(message)
  }
}

extension LFZIndex.Part {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__Part>? {
    var message = unsafe Lfz__Part()
    unsafe lfz__part__init(&message)
    unsafe message.blob = UInt32(blob)
    unsafe message.prefix = isWhole ? 0 : UInt64(unit)
    unsafe message.repeats = UInt64(repeats)
    return unsafe memory.make(message)
  }
}

extension LFZIndex.Tensor {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__Tensor>? {
    let shape = descriptor.shape.dimensions.map { UInt64($0) }
    let parts = unsafe self.parts.map { unsafe $0.message(memory) }
    var message = unsafe Lfz__Tensor()
    unsafe lfz__tensor__init(&message)
    unsafe message.name = memory.bytes(descriptor.name.bytes)
    unsafe message.element_type = Lfz__ElementType(UInt32(descriptor.elementType.code))
    unsafe (message.n_shape, message.shape) = unsafe (shape.count, memory.array(shape))
    unsafe (message.n_parts, message.parts) = unsafe (parts.count, memory.array(parts))
    unsafe message.tied_to = memory.bytes(tiedTo?.bytes ?? [])
    return unsafe memory.make(message)
  }
}

extension LFZIndex.File {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__File>? {
    let parts = unsafe self.parts.map { unsafe $0.message(memory) }
    var message = unsafe Lfz__File()
    unsafe lfz__file__init(&message)
    unsafe message.name = memory.bytes(name.utf8)
    unsafe (message.n_parts, message.parts) = unsafe (parts.count, memory.array(parts))
    return unsafe memory.make(message)
  }
}

extension LFZProvenance.Parameter {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__Parameter>? {
    var message = unsafe Lfz__Parameter()
    unsafe lfz__parameter__init(&message)
    unsafe message.key = memory.bytes(key.utf8)
    unsafe message.value = memory.bytes(value.utf8)
    return unsafe memory.make(message)
  }
}

extension LFZProvenance.SourceFile {
  fileprivate func message(_ memory: IndexMemory) -> UnsafeMutablePointer<Lfz__SourceFile>? {
    var message = unsafe Lfz__SourceFile()
    unsafe lfz__source_file__init(&message)
    unsafe message.name = memory.bytes(name.utf8)
    unsafe message.length = UInt64(byteCount)
    unsafe message.sha256 = memory.bytes(sha256 ?? [])
    return unsafe memory.make(message)
  }
}

/// The C structures of one index that is being packed, freed together.
@safe final class IndexMemory {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  deinit {
    for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
  }

  /// A structure that lives as long as this object.
  func make<Message>(_ value: Message) -> UnsafeMutablePointer<Message> {
    let pointer = UnsafeMutablePointer<Message>.allocate(capacity: 1)
    unsafe pointer.initialize(to: value)
    unsafe blocks.append(UnsafeMutableRawPointer(pointer))
    return unsafe pointer
  }

  /// An array that lives as long as this object; nil when it is empty.
  func array<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value>? {
    if values.isEmpty { return nil }
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: values.count)
    for (index, value) in values.enumerated() {
      unsafe (pointer + index).initialize(to: value)
    }
    unsafe blocks.append(UnsafeMutableRawPointer(pointer))
    return unsafe pointer
  }

  /// A `bytes` field.
  func bytes(_ values: some Sequence<UInt8>) -> ProtobufCBinaryData {
    let values = Array(values)
    return unsafe ProtobufCBinaryData(len: values.count, data: array(values))
  }
}
