import LFCore

/// Finds the tensor of every row of a family's table, and collects what does
/// not fit.
struct TensorMatching {
  private let names: NameLookup
  private let prefix: NamePrefix
  private let table: FamilyTable
  private let settings: ModelConfiguration
  /// Positions in the source of all tensors that a row claims.
  private(set) var claimed = Set<Int>()
  var problems = TensorProblems()
  private var matched: [RecognizedModel.Tensor] = []
  /// Canonical names of tensors that took the place of another one.
  private var consumed = Set<TensorName>()

  init(
    names: NameLookup, prefix: NamePrefix, table: FamilyTable, settings: ModelConfiguration
  ) {
    self.names = names
    self.prefix = prefix
    self.table = table
    self.settings = settings
  }

  /// The model's tensors, in the order of the rows.
  var kept: [RecognizedModel.Tensor] {
    matched.filter { !consumed.contains($0.descriptor.name) }
  }

  /// Matches all rows of a model.
  mutating func match(_ rows: [NameRow]) throws(LFError) {
    var indices: [TensorName: Int] = [:]
    for row in rows {
      guard let index = names.find(row, prefix, table) else { continue }
      claimed.insert(index)
      indices[row.canonical] = index
    }
    for row in rows {
      if row.name == nil {
        matched.append(try zeros(row))
      } else if let index = indices[row.canonical] {
        match(row, index)
      } else if let fallback = row.fallback, let index = indices[fallback] {
        consumed.insert(fallback)
        match(row, index)
      } else {
        let isUntied = row.tiedTo != nil && !settings.tiesDecoder
        if !row.isOptional || isUntied { problems.missing.append(names.spelled(row, prefix)) }
      }
    }
  }

  /// Zeros of the word embeddings' type, so that the model has one type.
  private func zeros(_ row: NameRow) throws(LFError) -> RecognizedModel.Tensor {
    let type = matched.first?.descriptor.elementType ?? .f32
    let descriptor = TensorDescriptor(
      name: row.canonical, elementType: type, shape: try TensorShape(row.dimensions(settings)))
    return .init(row: row, index: nil, descriptor: descriptor)
  }

  private mutating func match(_ row: NameRow, _ index: Int) {
    let found = names.tensors[index]
    let dimensions = row.dimensions(settings)
    guard found.shape.dimensions == dimensions else {
      let wanted = dimensions.map(String.init).joined(separator: ",")
      problems.misshapen.append(
        (found.name, "\(found.name) \(found.shape) instead of [\(wanted)]"))
      return
    }
    guard found.elementType.isFloatingPoint else {
      problems.misshapen.append(
        (found.name, "\(found.name) of type \(found.elementType.rawValue)"))
      return
    }
    matched.append(.init(row: row, index: index, descriptor: found.renamed(row.canonical)))
  }
}
