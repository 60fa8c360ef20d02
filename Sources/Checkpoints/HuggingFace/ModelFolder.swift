import FileIO
import TensorCore

/// A folder with weights, a configuration and a tokenizer, as Hugging Face,
/// sentence-transformers and fairseq lay them out.
struct ModelFolder {
  private let folder: ContainedFolder
  private let options: OpenOptions

  init(_ path: String, options: OpenOptions) throws(LFError) {
    folder = try ContainedFolder(path)
    self.options = options
  }

  /// Opens the folder's weights and everything beside them.
  func open() throws(LFError) -> Checkpoint {
    let module = try TransformerModule(folder, limits: options.limits)
    let prefix = module?.prefix ?? ""
    let place = prefix.isEmpty ? folder.path : Paths.join(folder.path, prefix)
    let choice = WeightsChoice(
      folder: place, entries: try Paths.entries(place).filter { folder.contains(prefix + $0) })
    let weights = try CheckpointFormat.open(
      try folder.open(prefix + choice.name()), options: options)
    var result = try checkpoint(weights, path: folder.path, isFolder: true, prefix: prefix)
    if let module {
      result.files.removeAll { $0.name == module.modules.name }
      result.files.append(module.modules)
    }
    return result
  }

  /// Puts weights together with what lies in the folder.
  ///
  /// - Parameters:
  ///   - isFolder: whether the user gave the folder. Beside a single file only
  ///     what certainly belongs to it is taken.
  ///   - prefix: where in the folder the transformer is.
  func checkpoint(
    _ weights: OpenedWeights, path: String, isFolder: Bool, prefix: String = ""
  ) throws(LFError) -> Checkpoint {
    var result = Checkpoint(
      format: weights.format, path: path, weightFiles: weights.weightFiles, source: weights.source,
      configuration: weights.configuration, configurationOrigin: weights.configurationOrigin,
      notes: weights.notes)
    result.checksums = weights.verifyChecksums
    let hasConfiguration = folder.contains(prefix + "config.json")
    if let given = options.configurationPath {
      let file = Paths.kind(given) == .folder ? Paths.join(given, "config.json") : given
      try configure(&result, from: try InputFile(file))
    } else if hasConfiguration, weights.configuration == nil {
      // What fairseq stored with the weights is surer than what lies beside them.
      try configure(&result, from: try folder.open(prefix + "config.json"))
    }
    if isFolder || hasConfiguration || weights.hasDictionary {
      for name in CarriedNames.all {
        // The transformer's own files go before those of the whole.
        guard let source = [prefix + name, name].first(where: { folder.contains($0) }) else {
          continue
        }
        result.files.append(try carried(name, from: source, in: folder))
      }
    }
    if weights.hasDictionary, !result.files.contains(where: { $0.name == "dict.txt" }),
      let parent = try? ContainedFolder(Paths.join(folder.path, "..")),
      parent.contains("dict.txt")
    {
      result.files.append(try carried("dict.txt", from: "dict.txt", in: parent))
    }
    return result
  }

  private func configure(_ result: inout Checkpoint, from file: InputFile) throws(LFError) {
    do throws(LFError) {
      let text = try file.contents(limit: options.limits.jsonBytes)
      if let error = GitLFSPointer.error(text) { throw error }
      let value = try JSONParser.parse(text, limits: options.limits)
      guard case .object(let object) = value else {
        throw .refused(
          "checkpoint.configuration", expected: "a configuration object", found: value.kindName)
      }
      result.configuration = object
      result.configurationBytes = text
      result.configurationOrigin = file.path
    } catch {
      throw error.located(file: file.path)
    }
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
