/// Documents with their vectors, all of length 1, looked through one by one: for
/// a hundred thousand of them that takes some hundredths of a second.
actor VectorIndex {
  /// A document that was found.
  struct Result: Encodable {
    let id: String
    /// Cosine of the angle to the query.
    let score: Float
    let text: String
  }

  private let width: Int
  private let capacity: Int
  private var documents: [Document] = []
  private var vectors: [Float] = []  // [N, H]
  private var places: [String: Int] = [:]

  init(width: Int, capacity: Int) {
    self.width = width
    self.capacity = capacity
  }

  var count: Int { documents.count }

  /// Puts all documents in, or, where there is no room for all, none.
  func insert(_ new: [Document], _ newVectors: [[Float]]) -> Bool {
    let unknown = Set(new.map(\.id)).filter { places[$0] == nil }
    guard documents.count + unknown.count <= capacity else { return false }
    for (document, vector) in zip(new, newVectors) {
      if let place = places[document.id] {
        documents[place] = document
        vectors.replaceSubrange(place * width..<(place + 1) * width, with: vector)
      } else {
        places[document.id] = documents.count
        documents.append(document)
        vectors += vector
      }
    }
    return true
  }

  /// The documents with the largest cosines, the largest first.
  func nearest(to query: [Float], limit: Int) -> [Result] {
    let scores = documents.indices.map { place in
      vectors.withUnsafeBufferPointer { vectors in
        var sum: Float = 0
        for column in 0..<width { sum += query[column] * vectors[place * width + column] }
        return sum
      }
    }
    let best = documents.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    return best.prefix(limit).map {
      Result(id: documents[$0].id, score: scores[$0], text: documents[$0].text)
    }
  }
}
