import LFCheckpoints
import LFCore
import LFFiles

extension ModelFormat {
  static let pyTorchZip = ModelFormat(
    matches: {
      !$0.isSafetensors
        && ($0.begins(with: "PK\u{3}\u{4}".utf8) || $0.tail.starts(with: "PK\u{5}\u{6}".utf8))
    },
    open: { (file, options) throws(LFError) in
      try OpenedModel(try PyTorchZip.open(file, limits: options.limits), options: options)
    })
  static let pyTorchLegacy = ModelFormat(
    matches: {
      !$0.isSafetensors && $0.head.count > 2 && $0.head[0] == 0x80 && (2...5).contains($0.head[1])
    },
    open: { (file, options) throws(LFError) in
      try OpenedModel(try PyTorchLegacy.open(file, limits: options.limits), options: options)
    })
}

extension OpenedModel {
  /// The state dictionary of a PyTorch file, and whatever the program that
  /// wrote it put beside it.
  fileprivate init(_ archive: PyTorchArchive, options: OpenOptions) throws(LFError) {
    let weights = try archive.weights(key: options.stateKey, limits: options.limits)
    self.init(format: archive.format, file: archive.file, source: weights.source)
    checksums = archive.verifyChecksums.map { verify in
      Checksums(name: "CRC-32 of every member") { (_, progress) throws(LFError) in
        try verify(progress)
      }
    }
    var known: Set<String> = []
    if let fairseq = FairseqSettings(archive.graph) {
      format = "fairseq, \(format)"
      configuration = fairseq.configuration
      configurationOrigin = "\(fairseq.origin) of \(archive.file.path)"
      hasDictionary = true
      notes += fairseq.notes
      known = FairseqSettings.globals
    } else if OpenedModel.wroteLightning(archive.graph) {
      format = "Lightning, \(format)"
    }
    notes += weights.notes
    notes += archive.unknownGlobals(besides: known)
  }

  /// Whether PyTorch Lightning wrote the object: a `state_dict` beside the
  /// trainer's state, with its version.
  private static func wroteLightning(_ graph: PickleGraph) -> Bool {
    ["pytorch-lightning_version", "state_dict"].allSatisfy {
      PickleDictionary.value($0, of: graph.root, in: graph) != nil
    }
  }
}
