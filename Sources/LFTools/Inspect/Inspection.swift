public import LFContainer
public import LFCore
public import LFFamilies
public import LFModels

/// What a path holds: model, tensors, bytes, and what was saved.
public struct Inspection: Sendable {
  /// The file or folder.
  public let path: String
  /// Its format, in words.
  public let format: String
  /// Bytes of the files with weights, and of the container's other content.
  public let fileBytes: Int
  /// The tensors, under the names of the file.
  public let tensors: [TensorDescriptor]
  /// The model, when the tensors and the configuration make up one.
  public let model: RecognizedModel?
  /// Why they do not, otherwise.
  public let problem: LFError?
  /// Names and sizes of the files that travel along.
  public let files: [(name: String, byteCount: Int)]
  /// How the container was made, as keys and values.
  public let provenance: [(key: String, value: String)]
  /// Remarks for the user.
  public let notes: [String]
  /// How the container stores its content; nil for other formats,
  /// and for a part of one.
  public let storage: LFZStorageReport?

  /// Looks at a path; reads headers and indices, but no weight.
  ///
  /// - Throws: what opening the path throws. Tensors that make up no supported
  ///   model are no error here.
  public init(_ path: String, options: OpenOptions = OpenOptions()) throws(LFError) {
    let opened = try OpenedModel.open(path, options: options)
    self.path = path
    format = opened.format
    fileBytes = opened.byteCount
    tensors = opened.source.tensors
    files = opened.files.map { ($0.name, $0.byteCount) }
    storage = opened.isWholeContainer ? opened.container?.storage : nil
    var provenance: [(String, String)] = []
    if let made = opened.container?.provenance {
      provenance.append(("tool", made.tool))
      provenance += made.sources.map { source in
        let digest = source.sha256Text.map { ", SHA-256 \($0)" } ?? ""
        return ("source", "\(source.name), \(source.byteCount) bytes\(digest)")
      }
      provenance += made.parameters.map { ($0.key, $0.value) }
    }
    self.provenance = provenance
    do throws(LFError) {
      let found = try opened.recognized()
      model = found
      problem = nil
      notes = opened.notes + found.notes
    } catch {
      model = nil
      problem = error
      notes = opened.notes
    }
  }

  /// The storage report by parts of the model: embeddings, attention, global
  /// projections, feed-forward, heads.
  public var storageGroups: [LFZStorageGroup] {
    storage?.groups { name in
      let text = name.text
      if text.contains("_global.") { return "global projections" }
      if text.contains("position_embeddings") { return "position embeddings" }
      if text.contains("embeddings.") { return "other embeddings" }
      if text.contains(".attention.") { return "attention" }
      if text.contains("encoder.") { return "feed-forward" }
      return "head"
    } ?? []
  }

  /// Bytes of all tensors, written out in full.
  public var rawBytes: Int { tensors.reduce(0) { $0 + $1.byteCount } }
  /// Numbers in all tensors.
  public var parameterCount: Int { tensors.reduce(0) { $0 + $1.shape.elementCount } }
}

extension Inspection {
  /// The configuration of the model at a path.
  ///
  /// - Throws: also when the tensors make up no supported model.
  package static func configuration(of path: String) throws(LFError) -> ModelConfiguration {
    let inspection = try Inspection(path)
    guard let model = inspection.model else {
      throw inspection.problem
        ?? LFError(.internal, "internal.inspection", "there is neither a model nor a problem")
    }
    return model.configuration
  }
}
