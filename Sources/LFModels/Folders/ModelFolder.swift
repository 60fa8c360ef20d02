import LFCheckpoints
import LFCore
import LFFiles

/// A folder with weights, a configuration and a tokenizer, as Hugging Face,
/// sentence-transformers and fairseq lay them out.
struct ModelFolder {
  static let configurationName = "config.json"
  /// What BERT's configuration was called in 2018.
  private static let oldConfigurationName = "bert_config.json"

  private let folder: ContainedFolder
  private let options: OpenOptions

  init(_ path: String, options: OpenOptions) throws(LFError) {
    folder = try ContainedFolder(path)
    self.options = options
  }

  /// Opens the folder's weights and everything beside them.
  func open() throws(LFError) -> OpenedModel {
    let modules = try SentenceModules(folder, limits: options.limits)
    let module = try TransformerModule(folder, modules)
    let prefix = module?.prefix ?? ""
    let place = prefix.isEmpty ? folder.path : Paths.join(folder.path, prefix)
    let entries = try Paths.entries(place)
    let choice = WeightsChoice(
      folder: place, entries: entries.filter { folder.contains(prefix + $0) })
    if let name = entries.first(where: {
      WeightsChoice.isCandidate($0) && ForeignNames.isForeign($0, in: place)
    }) {
      throw ForeignNames.refused(name, in: place)
    }
    let lost = entries.filter {
      WeightsChoice.isCandidate($0) && folder.leadsNowhere(prefix + $0)
    }
    let name: String
    do throws(LFError) {
      name = try choice.name()
    } catch {
      throw lost.first.map { LostLink.error(prefix + $0, in: folder.path) } ?? error
    }
    let weights = try ModelFormat.open(try folder.open(prefix + name), options: options)
    var result = try completed(weights, isFolder: true, prefix: prefix)
    result.path = folder.path
    result.notes += lost.map { LostLink.note($0) }
    if let modules, result.container == nil {
      for name in modules.files(in: folder) where !result.files.contains(where: { $0.name == name })
      {
        result.files.append(try carried(name, from: name, in: folder))
      }
      result.notes += modules.notes(in: folder)
    }
    if let adapter = CarriedNames.adapters.first(where: { folder.contains(prefix + $0) }) {
      result.notes.append(Adapter.note(adapter))
    }
    if let module {
      result.files.removeAll { $0.name == module.modules.name }
      result.files.append(module.modules)
    }
    return result
  }

  /// Puts weights together with what lies in the folder.
  ///
  /// A container has its files inside; only a configuration that the user gives
  /// goes before its own.
  ///
  /// - Parameters:
  ///   - isFolder: whether the user gave the folder. Beside a single file only
  ///     what certainly belongs to it is taken.
  ///   - prefix: where in the folder the transformer is.
  func completed(
    _ weights: OpenedModel, isFolder: Bool, prefix: String = ""
  ) throws(LFError) -> OpenedModel {
    var result = weights
    let names = [Self.configurationName, Self.oldConfigurationName].map { prefix + $0 }
    let inside = names.first { folder.contains($0) } ?? names[0]
    let hasConfiguration = weights.container == nil && folder.contains(inside)
    if let given = options.configurationPath {
      let file = Paths.kind(given) == .folder ? Paths.join(given, Self.configurationName) : given
      try configure(&result, from: try InputFile(file))
    } else if hasConfiguration, weights.configuration == nil {
      // What fairseq stored with the weights is surer than what lies beside them.
      try configure(&result, from: try folder.open(inside))
    } else if weights.container == nil, weights.configuration == nil,
      let lost = names.first(where: { folder.leadsNowhere($0) })
    {
      throw LostLink.error(lost, in: folder.path)
    }
    guard weights.container == nil else { return result }
    if isFolder || hasConfiguration || weights.hasDictionary {
      for name in CarriedNames.all {
        // The transformer's own files go before those of the whole.
        let places = prefix.isEmpty ? [name] : [prefix + name, name]
        guard let source = places.first(where: { folder.contains($0) }) else {
          result.notes += places.filter { folder.leadsNowhere($0) }.map { LostLink.note($0) }
          continue
        }
        result.files.append(try carried(name, from: source, in: folder))
      }
    }
    if weights.hasDictionary, !result.files.contains(where: { $0.name == "dict.txt" }),
      options.boundary?.holds(Paths.join(folder.path, "../dict.txt")) != false,
      let parent = try? ContainedFolder(Paths.join(folder.path, "..")),
      parent.contains("dict.txt")
    {
      result.files.append(try carried("dict.txt", from: "dict.txt", in: parent))
    }
    return result
  }

  private func configure(_ result: inout OpenedModel, from file: InputFile) throws(LFError) {
    let text = try file.contents(limit: options.limits.jsonBytes)
    try result.configure(text, origin: file.path, limits: options.limits)
  }

  private func carried(
    _ name: String, from source: String, in folder: ContainedFolder
  ) throws(LFError) -> CarriedFile {
    let file = try folder.open(source)
    return CarriedFile(name: name, byteCount: file.byteCount) { () throws(LFError) -> [UInt8] in
      try file.bytes(at: 0, count: file.byteCount)
    }
  }
}

extension OpenedModel {
  /// Takes the text of a `config.json`.
  ///
  /// - Throws: `json.*`, or `checkpoint.configuration` for what is no object.
  mutating func configure(
    _ text: [UInt8], origin: String, limits: Limits
  ) throws(LFError) {
    do throws(LFError) {
      if let error = PlaceholderFile.gitLFSError(text) { throw error }
      let value = try JSONParser.parse(text, limits: limits)
      guard case .object(let object) = value else {
        throw .refused(
          "checkpoint.configuration", expected: "a configuration object", found: value.kindName)
      }
      configuration = object
      configurationBytes = text
      configurationOrigin = origin
    } catch {
      throw error.located(file: origin)
    }
  }
}
