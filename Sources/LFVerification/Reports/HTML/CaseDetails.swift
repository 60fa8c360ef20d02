import LFCore
import LFEncoder
import LFFamilies
import LFFiles
import LFModels

/// What a page shows of a case beyond the numbers.
struct CaseDetails: Sendable {
  let configuration: ModelConfiguration
  let format: String
  let sequences: Int
  let length: Int
  /// For each token of all sequences.
  let isGlobal: [Bool]
  let isKept: [Bool]
  let positions: PositionPicture?
  /// `provenance` of `case.json`.
  let provenance: JSONObject

  init(_ run: CaseRun) throws(LFError) {
    configuration = run.configuration
    format = run.prepared.opened.format
    sequences = run.sequenceCount
    length = run.inputs.length
    let tokens = try run.preparedInputs()
    isGlobal = tokens.isGlobal
    isKept = tokens.isKept
    positions = try PositionPicture(run.source, reserved: run.configuration.firstPosition)
    provenance = run.golden.provenance
  }
}
