import Foundation
import LFConversion
import LFCore
import LFFamilies
import Synchronization
import TestSupport
import Testing

/// A source that changes between being written and being proven.
@Suite("A source that changes before the proof")
struct ChangedSourceTests {
  private static let name = "roberta-masked-lm-three-windows"

  /// Converts, and changes one byte of the source's weights when the proof begins,
  /// and of what was written; the time of the source is set back, so that only its
  /// content tells.
  private func error(
    _ output: String, changesSource: Bool = true, changesResult: Bool = false,
    elementType: ElementType? = nil
  ) throws -> LFError? {
    let scratch = try Scratch()
    let source = try scratch.copy(Repository.golden(Self.name) + "/source", as: "model")
    let weights = source + "/model.safetensors"
    let time = try FileManager.default.attributesOfItem(atPath: weights)[.modificationDate]
    var converter = Converter(
      .longformer(LongformerOptions(attentionWindow: [8], maxPositions: 60)), source: source,
      output: scratch(output), threads: 2)
    converter.elementType = elementType
    let hasChanged = Mutex(false)
    let result = failure {
      try converter.run { step, _ in
        guard step == "checking" else { return }
        hasChanged.withLock { hasChanged in
          guard !hasChanged else { return }
          hasChanged = true
          if changesSource { flip(weights, 4) }
          for name in scratch.names where changesResult && name.hasPrefix(".lfconv") {
            // A byte of another tensor.
            flip(scratch(name) + "/model.safetensors", 40_000)
          }
        }
      }
    }
    #expect(hasChanged.withLock { $0 })
    if let time {
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: weights)
    }
    #expect(scratch.names == ["model"])
    return result
  }

  /// Flips the lowest bit of a byte, counted from the end of a file.
  private func flip(_ path: String, _ offset: UInt64) {
    guard let file = FileHandle(forUpdatingAtPath: path), let size = try? file.seekToEnd() else {
      return
    }
    try? file.seek(toOffset: size - offset)
    guard let byte = try? file.read(upToCount: 1)?.first else { return }
    try? file.seek(toOffset: size - offset)
    try? file.write(contentsOf: Data([byte ^ 1]))
  }

  @Test("It is the source's fault, with the tensor named", arguments: ["a.lfz", "folder"])
  func changed(output: String) throws {
    for type in [nil, ElementType.f64] {
      let error = try error(output, elementType: type)
      #expect(error?.code == "io.changed" && error?.kind == .io)
      #expect(error?.location.file?.hasSuffix("/model") == true && error?.location.entry != nil)
    }
  }

  @Test("A result that is not what was read is no source's fault", arguments: [false, true])
  func wrongResult(changesSource: Bool) throws {
    let error = try error("folder", changesSource: changesSource, changesResult: true)
    #expect(error?.kind == .internal && error?.code.hasPrefix("check.") == true)
  }
}
