import LFCheckpoints
import LFCore
import LFFiles
import Synchronization

/// Digests in place of weights: name, element type, shape and SHA-256 of every
/// tensor.
///
/// A line stands for a matrix, so that the case of a large model fits into a
/// repository. `Specs/golden.md` describes the file.
struct TensorDigests: Sendable {
  /// One tensor.
  struct Entry: Sendable {
    let descriptor: TensorDescriptor
    /// Of its bytes as a safetensors file holds them, in lowercase hexadecimal.
    let sha256: String
  }

  static let schema = "lfconv.tensors/1"

  let entries: [Entry]

  /// The digests of some of a source's tensors.
  init(of source: any TensorSource, _ selection: [Int], threads: Int) throws(LFError) {
    let texts = try Self.texts(of: source, selection, threads: threads)
    entries = zip(selection, texts).map { Entry(descriptor: source.tensors[$0], sha256: $1) }
  }

  /// The digests in hexadecimal digits, in the order of the selection.
  static func texts(
    of source: any TensorSource, _ selection: [Int], threads: Int
  ) throws(LFError) -> [String] {
    let texts = Mutex(Array(repeating: "", count: selection.count))
    try ParallelTasks(threads: threads).run(selection.count) { (place) throws(LFError) in
      let text = hexadecimal(try source.sha256(selection[place]))
      texts.withLock { $0[place] = text }
    }
    return texts.withLock { $0 }
  }

  /// The object that a file holds.
  var json: JSONObject {
    let tensors = entries.map { entry in
      JSONValue.object(
        JSONObject([
          ("name", .string(entry.descriptor.name.text)),
          ("dtype", .string(entry.descriptor.elementType.rawValue)),
          ("shape", .array(entry.descriptor.shape.dimensions.map { JSONValue($0) })),
          ("sha256", .string(entry.sha256)),
        ]))
    }
    return JSONObject([("schema", .string(Self.schema)), ("tensors", .array(tensors))])
  }
}

// MARK: Reading

extension TensorDigests {
  /// Reads a file.
  ///
  /// - Throws: `golden.tensors` with the place, as `tensors[3].sha256`, for
  ///   anything that is not as described; `json.*`.
  init(_ path: String, limits: Limits = .standard) throws(LFError) {
    let bytes = try InputFile(path).contents(limit: limits.jsonBytes)
    let value: JSONValue
    do throws(LFError) {
      if let error = PlaceholderFile.gitLFSError(bytes) { throw error }
      value = try JSONParser.parse(bytes, limits: limits)
    } catch {
      throw error.located(file: path)
    }
    func refused(_ entry: String?, _ expected: String, _ found: String) -> LFError {
      .refused(
        "golden.tensors", at: .init(file: path, entry: entry), expected: expected, found: found)
    }
    guard let object = value.objectValue else { throw refused(nil, "an object", value.kindName) }
    guard object["schema"]?.stringValue == Self.schema else {
      throw refused(
        "schema", "\"\(Self.schema)\"", object["schema"]?.kindName ?? "nothing")
    }
    for member in object.members where !["schema", "tensors"].contains(member.key) {
      throw refused(printable(member.key, limit: 80), "schema or tensors", "another field")
    }
    guard let items = object["tensors"]?.arrayValue else {
      throw refused("tensors", "an array", object["tensors"]?.kindName ?? "nothing")
    }
    guard (1...limits.tensors).contains(items.count) else {
      throw refused("tensors", "1 to \(limits.tensors) tensors", "\(items.count)")
    }
    var entries: [Entry] = []
    var names: Set<TensorName> = []
    entries.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let place = "tensors[\(index)]"
      do throws(LFError) {
        entries.append(try Self.entry(item, place, limits: limits))
      } catch {
        var error = error
        error.location = .init(file: path, entry: error.location.entry ?? place)
        throw error
      }
      guard names.insert(entries[index].descriptor.name).inserted else {
        throw refused(
          place + ".name", "a name that is not there yet",
          "\"\(printable(entries[index].descriptor.name.text, limit: 80))\" again")
      }
    }
    self.entries = entries
  }

  private static func entry(
    _ item: JSONValue, _ place: String, limits: Limits
  ) throws(LFError) -> Entry {
    func refused(_ field: String, _ expected: String, _ found: String) -> LFError {
      .refused(
        "golden.tensors", at: .init(entry: place + field), expected: expected, found: found)
    }
    guard let object = item.objectValue else { throw refused("", "an object", item.kindName) }
    for member in object.members where !["name", "dtype", "shape", "sha256"].contains(member.key) {
      throw refused(
        "." + printable(member.key, limit: 80), "name, dtype, shape or sha256", "another field")
    }
    func found(_ key: String) -> String { object[key]?.kindName ?? "nothing" }
    guard let text = object["name"]?.stringValue else {
      throw refused(".name", "the name of a tensor", found("name"))
    }
    let name: TensorName
    do throws(LFError) { name = try TensorName(text).validated(limits: limits) } catch {
      throw refused(
        ".name", "a name of 1 to \(limits.nameBytes) bytes without NUL",
        "\"\(printable(text, limit: 80))\"")
    }
    guard let type = object["dtype"]?.stringValue.flatMap(ElementType.init) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw refused(".dtype", "one of \(known)", found("dtype"))
    }
    guard let dimensions = object["shape"]?.arrayValue else {
      throw refused(".shape", "an array of whole numbers", found("shape"))
    }
    var numbers: [Int] = []
    for dimension in dimensions {
      guard let number = dimension.intValue else {
        throw refused(".shape", "an array of whole numbers", "\(dimension.kindName) in it")
      }
      numbers.append(number)
    }
    let shape: TensorShape
    do throws(LFError) { shape = try TensorShape(numbers, limits: limits) } catch {
      throw error.located(entry: place + ".shape")
    }
    guard let digest = object["sha256"]?.stringValue, isDigest(digest) else {
      throw refused(".sha256", "64 lowercase hexadecimal digits", found("sha256"))
    }
    return Entry(
      descriptor: TensorDescriptor(name: name, elementType: type, shape: shape), sha256: digest)
  }

  /// Whether a text is a SHA-256 as it is written here.
  static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}
