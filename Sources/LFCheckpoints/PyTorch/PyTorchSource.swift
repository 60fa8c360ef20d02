import LFCore
import LFFiles

/// The tensors of a PyTorch file, read where they stand.
struct PyTorchSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let file: InputFile
  private let views: [StridedView]

  init(file: InputFile, views: [StridedView]) {
    self.file = file
    self.views = views
    tensors = views.map(\.descriptor)
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    let view = views[index]
    try view.descriptor.checkRange(at: offset, count: buffer.byteCount)
    if view.strides.isEmpty {
      try file.read(at: view.start + offset, into: &buffer)
    } else {
      try StridedReader(file, view).read(at: offset, into: &buffer)
    }
  }

  /// The bytes of the file, and in which order they are taken.
  func place(_ index: Int) -> StoragePlace? {
    let view = views[index]
    return StoragePlace([view.start, view.descriptor.byteCount] + view.strides)
  }
}
