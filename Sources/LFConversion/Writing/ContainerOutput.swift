import LFContainer
import LFCore
import LFFiles
import LFModels

/// An `.lfz` file as the output.
struct ContainerOutput: OutputWriter {
  private let file: OutputFile
  private let compression: LFZCompression

  init(_ path: String, overwrite: Bool, compression: LFZCompression) throws(LFError) {
    self.compression = compression
    file = try OutputFile(path, overwrite: overwrite)
  }

  func write(
    _ content: OutputContent, threads: Int, progress: @escaping @Sendable (Double) -> Void
  ) throws(LFError) {
    try LFZWriter.write(
      tensors: content.tensors, from: content.base, files: content.files,
      provenance: content.provenance, compression: compression, threads: threads, to: file,
      progress: { done, total in progress(Double(done) / Double(max(1, total))) })
    // The disk takes as long as everything else; the proof goes on meanwhile.
    file.beginSync()
  }

  func reopen() throws(LFError) -> OpenedModel { try OpenedModel.open(file.temporaryPath) }

  func isIntact(_ written: OpenedModel, threads: Int) throws(LFError) -> Bool {
    // It has digests of all that was read.
    try written.container?.check(threads: threads)
    return true
  }

  func publish() throws(LFError) { try file.publish() }

  var byteCount: Int { file.byteCount }
}
