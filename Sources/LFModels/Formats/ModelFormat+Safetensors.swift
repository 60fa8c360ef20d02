import LFCheckpoints
import LFCore
import LFFiles

extension ModelFormat {
  static let safetensors = ModelFormat(
    matches: { $0.holds([UInt8(ascii: "{")], at: 8) || $0.isNamed(".safetensors") },
    open: { (file, options) throws(LFError) in
      let source = try SafetensorsSource(file, limits: options.limits)
      try NameSelection.refuseDictionary(options, in: source, path: file.path)
      return OpenedModel(format: "safetensors", file: file, source: source)
    })
}
