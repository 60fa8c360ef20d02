import LFCore
import LFEncoder

/// Outputs of a forward pass as float32 tensors, to be written to a file.
struct OutputSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let outputs: [OutputTensor]

  init(_ outputs: [OutputTensor]) throws(LFError) {
    self.outputs = outputs
    var tensors: [TensorDescriptor] = []
    for output in outputs {
      tensors.append(
        TensorDescriptor(
          name: TensorName(output.name), elementType: .f32, shape: try TensorShape(output.shape)))
    }
    self.tensors = tensors
  }

  func read(_ index: Int, at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    try tensors[index].checkRange(at: offset, count: buffer.byteCount)
    let values = outputs[index].values
    let bytes = (offset..<offset + buffer.byteCount).map { place in
      UInt8(truncatingIfNeeded: values[place / 4].bitPattern >> UInt32(place % 4 * 8))
    }
    buffer.copy(bytes[...])
  }
}
