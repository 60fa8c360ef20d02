import LFContainer
import LFCore
import LFFiles

extension ModelFormat {
  /// The `.lfz` container, which holds configuration and tokenizer itself.
  static let container = ModelFormat(
    // A file of that name is opened as one even when its first bytes are
    // damaged, so that the message is about a damaged container.
    matches: { LFZReader.recognizes($0.head) || $0.isNamed(".lfz") },
    open: { (file, options) throws(LFError) in
      let reader = try LFZReader(file, limits: options.limits)
      try NameSelection.refuseDictionary(options, in: reader, path: file.path)
      var result = OpenedModel(format: "lfz", file: file, source: reader)
      result.container = reader
      result.checksums = .init(
        name: "the checksum of every chunk and the digest of every blob",
        compare: { (threads, progress) throws(LFError) in
          try reader.check(threads: threads, progress: progress)
        })
      let name = ModelFolder.configurationName
      result.files = reader.files.filter { $0.name != name }
      if let configuration = reader.files.first(where: { $0.name == name }) {
        let origin = file.path + ":" + name
        try result.configure(
          try configuration.contents(), origin: origin, limits: options.limits)
      }
      return result
    })
}
