import CContainer
import CProtobufC

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
