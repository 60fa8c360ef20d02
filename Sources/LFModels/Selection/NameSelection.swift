import LFCore

/// The part of a source that `--key` takes by the beginning of its names.
struct NameSelection {
  /// The tensors whose names begin so.
  let source: any TensorSource
  /// What was left out, for the user; nil when nothing was.
  let note: String?

  /// Selects what the options say; nil when they say nothing about names.
  ///
  /// - Throws: `checkpoint.key` when no name begins so.
  init?(
    _ options: OpenOptions, of whole: any TensorSource, path: String
  ) throws(LFError) {
    guard let prefix = options.namePrefix else { return nil }
    let selected = SelectedSource(whole) { $0.hasPrefix(prefix) }
    guard !selected.tensors.isEmpty else {
      throw .refused(
        "checkpoint.key", at: .init(file: path),
        expected: "tensors whose names begin with \"\(printable(prefix, limit: 80))\"",
        found: "none of \(whole.tensors.count)", hint: Self.hint(whole, asked: prefix))
    }
    source = selected
    let others = whole.tensors.lazy.map(\.name).filter { !$0.hasPrefix(prefix) }
    let shown = others.prefix(8).map { printable($0.text, limit: 80) }.joined(separator: ", ")
    let rest = whole.tensors.count - selected.tensors.count
    note =
      rest == 0
      ? nil
      : "tensors outside of \(printable(prefix, limit: 80)) were left out, as --key says: \(shown)"
        + (rest > 8 ? " and \(rest - 8) more" : "")
  }

  /// Refuses a key that names a dictionary where a format has none.
  ///
  /// - Throws: `checkpoint.key` for anything but a prefix of names, or `.`.
  static func refuseDictionary(
    _ options: OpenOptions, in source: any TensorSource, path: String
  ) throws(LFError) {
    guard let key = options.stateKey, key != "." else { return }
    let isAPrefix = source.tensors.contains { $0.name.hasPrefix(key + ".") }
    throw .refused(
      "checkpoint.key", at: .init(file: path),
      expected: "a key with a dot at its end, the beginning of names: this format has tensors and "
        + "no dictionaries of them",
      found: "\"\(printable(options.key ?? key, limit: 80))\"",
      hint: isAPrefix ? "say --key \(printable(key, limit: 80))." : hint(source, asked: key))
  }

  /// The beginnings that there are, the one that was meant first.
  private static func hint(_ source: any TensorSource, asked: String) -> String? {
    var found: [String] = []
    for tensor in source.tensors {
      guard let dot = tensor.name.bytes.firstIndex(of: UInt8(ascii: ".")) else { continue }
      let beginning = String(decoding: tensor.name.bytes[...dot], as: UTF8.self)
      if found.last != beginning, !found.contains(beginning) { found.append(beginning) }
      if found.count > 12 { break }
    }
    guard !found.isEmpty else { return nil }
    let near = nearestName(to: asked, among: found).map { printable($0, limit: 80) }
    return (near.map { "did you mean --key \($0)? " } ?? "") + "names here begin with "
      + found.prefix(12).map { printable($0, limit: 80) }.joined(separator: ", ")
      + (found.count > 12 ? " and others" : "")
  }
}

/// Some of a source's tensors.
struct SelectedSource: TensorSource {
  let tensors: [TensorDescriptor]
  private let base: any TensorSource
  private let places: [Int]

  /// The tensors whose names are wanted, in the base's order.
  init(_ base: any TensorSource, where isWanted: (TensorName) -> Bool) {
    self.base = base
    places = base.tensors.indices.filter { isWanted(base.tensors[$0].name) }
    tensors = places.map { base.tensors[$0] }
  }

  func read(
    _ index: Int, at offset: Int, into buffer: inout MutableRawSpan
  ) throws(LFError) {
    try base.read(places[index], at: offset, into: &buffer)
  }

  func place(_ index: Int) -> StoragePlace? { base.place(places[index]) }
}
