import CContainer
import CProtobufC
import LFCore

extension LFZIndex {
  /// What an index is checked against.
  struct Context {
    /// Raw bytes before each chunk, and all of them: one more than chunks.
    var rawStarts: [Int]
    /// The header's minor version.
    var minor: UInt16
    var fileByteCount: Int
    var limits: Limits
  }

  /// Unpacks an index and checks everything in it.
  ///
  /// - Throws: `lfz.index`, `lfz.limit` and the errors of names and shapes.
  init(_ bytes: [UInt8], _ context: Context) throws(LFError) {
    // Structures are larger than the bytes they are packed in; a sound index
    // stays below this factor.
    let budget = 16 * bytes.count + 1 << 20
    var exhausted: Int32 = 0
    let unpacked = unsafe bytes.withUnsafeBufferPointer {
      unsafe lfz_index_unpack($0.baseAddress, $0.count, budget, &exhausted)
    }
    guard let root = unsafe unpacked else {
      throw .refused(
        exhausted != 0 ? "lfz.limit" : "lfz.index", expected: "a message of type lfz.Index",
        found: exhausted != 0 ? "one that unpacks to more than \(budget) bytes" : "a malformed one")
    }
    defer { unsafe lfz_index_free(root) }
    var reader = IndexReader(context: context)
    try unsafe reader.readBlobs(ProtobufField.list(root.pointee.blobs, root.pointee.n_blobs))
    try unsafe reader.readTensors(ProtobufField.list(root.pointee.tensors, root.pointee.n_tensors))
    try unsafe reader.readFiles(ProtobufField.list(root.pointee.files, root.pointee.n_files))
    try reader.checkUse()
    provenance = LFZProvenance(
      tool: try unsafe ProtobufField.text(root.pointee.tool, "the tool's name"))
    var keys: Set<[UInt8]> = []
    let parameters = unsafe ProtobufField.list(
      root.pointee.parameters, root.pointee.n_parameters)
    for number in unsafe parameters.indices {
      let parameter = unsafe parameters[number]
      let key = try unsafe ProtobufField.text(parameter.pointee.key, "a parameter's key")
      guard !key.isEmpty, keys.insert(Array(key.utf8)).inserted else {
        throw .refused(
          "lfz.index", expected: "parameters with keys of their own",
          found: "\"\(printable(key, limit: 80))\" twice or empty")
      }
      provenance.parameters.append(
        .init(key, try unsafe ProtobufField.text(parameter.pointee.value, "a parameter's value")))
    }
    let sources = unsafe ProtobufField.list(root.pointee.sources, root.pointee.n_sources)
    for number in unsafe sources.indices {
      let source = unsafe sources[number]
      let digest = unsafe ProtobufField.data(source.pointee.sha256)
      guard digest.isEmpty || digest.count == 32 else {
        throw .refused(
          "lfz.index", expected: "a SHA-256 of 32 bytes, or none", found: "\(digest.count)")
      }
      provenance.sources.append(
        .init(
          name: try unsafe ProtobufField.text(source.pointee.name, "a source's name"),
          byteCount: try unsafe ProtobufField.count(source.pointee.length, "a source's length"),
          sha256: digest.isEmpty ? nil : digest))
    }
    blobs = reader.blobs
    tensors = reader.tensors
    files = reader.files
  }
}

/// Fields of unpacked C messages as Swift values.
enum ProtobufField {
  /// The messages of a repeated field.
  static func list<Message>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
  ) -> [UnsafeMutablePointer<Message>] {
    unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).compactMap {
      unsafe $0
    }
  }

  /// The bytes of a field.
  static func data(_ field: ProtobufCBinaryData) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: field.data, count: field.data == nil ? 0 : field.len))
  }

  /// The text of a field.
  static func text(_ field: ProtobufCBinaryData, _ what: String) throws(LFError) -> String {
    guard let result = unsafe String(validating: data(field), as: UTF8.self) else {
      throw .refused("lfz.index", expected: "UTF-8 in \(what)", found: "other bytes")
    }
    return result
  }

  /// A number of a field that must be an `Int`.
  static func count(_ value: UInt64, _ what: String) throws(LFError) -> Int {
    guard let result = Int(exactly: value) else {
      throw .refused("lfz.index", expected: "\(what) below 2^63", found: "\(value)")
    }
    return result
  }
}
