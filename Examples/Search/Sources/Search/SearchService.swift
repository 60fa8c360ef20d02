import Foundation
import Hummingbird
import Longformer

/// A text that can be found.
struct Document: Codable {
  let id: String
  let text: String
}

/// The routes, and what they do.
struct SearchService: Sendable {
  let encoder: TextEncoder
  let gate: Gate
  let index: VectorIndex
  /// Bytes of a request at most.
  let bodyLimit: Int

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("health") { _, _ in
      try await json(Health(status: "ok", documents: index.count, dimensions: encoder.vectorSize))
    }
    router.post("embed") { request, _ in
      let texts = try await read(TextsRequest.self, from: request).texts
      let embeddings = try await encode(texts)
      return try json(
        TextsResponse(
          embeddings: embeddings.map(\.values), tokens: embeddings.map(\.tokenCount),
          cut: embeddings.map(\.cutCount)))
    }
    router.post("documents") { request, _ in
      try await add(read(DocumentsRequest.self, from: request).documents)
      return try await json(DocumentsResponse(documents: index.count))
    }
    router.post("search") { request, _ in
      let query = try await read(SearchRequest.self, from: request)
      let limit = query.limit ?? 5
      guard (1...1000).contains(limit) else {
        throw HTTPError(.badRequest, message: "limit is from 1 to 1000")
      }
      guard let embedding = try await encode([query.text]).first else {
        throw HTTPError(.internalServerError)
      }
      return try await json(
        SearchResponse(results: index.nearest(to: embedding.values, limit: limit)))
    }
    return router
  }

  /// Puts documents into the index; one whose id is there already is replaced.
  func add(_ documents: [Document]) async throws {
    let vectors = try await encode(documents.map(\.text)).map(\.values)
    guard await index.insert(documents, vectors) else {
      throw HTTPError(
        .init(code: 507, reasonPhrase: "Insufficient Storage"),
        message: "there is no room for so many documents")
    }
  }

  /// Runs the model when it is this request's turn.
  private func encode(_ texts: [String]) async throws -> [TextEmbedding] {
    do {
      return try await gate.enter { try await encoder.embeddings(of: texts) }
    } catch let error as LFError {
      // A text that the model cannot take is the caller's; the rest is ours.
      guard error.kind == .refused || error.kind == .unsupported else { throw error }
      throw HTTPError(.unprocessableContent, message: "\(error)")
    }
  }

  private func read<Body: Decodable>(
    _ type: Body.Type, from request: Request
  ) async throws -> Body {
    let buffer = try await request.body.collect(upTo: bodyLimit)
    do {
      return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView))
    } catch {
      throw HTTPError(.badRequest, message: "the body is not the JSON that is expected here")
    }
  }

  private func json(_ value: some Encodable) throws -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(value))))
  }
}

struct Health: Encodable {
  let status: String
  let documents: Int
  let dimensions: Int
}

struct TextsRequest: Decodable { let texts: [String] }

struct TextsResponse: Encodable {
  /// One vector for each text, of length 1.
  let embeddings: [[Float]]
  /// Tokens that were read.
  let tokens: [Int]
  /// Tokens that were left out at the end of texts that are too long.
  let cut: [Int]
}

struct DocumentsRequest: Decodable { let documents: [Document] }

/// How many documents there are now.
struct DocumentsResponse: Encodable { let documents: Int }

struct SearchRequest: Decodable {
  let text: String
  let limit: Int?
}

struct SearchResponse: Encodable { let results: [VectorIndex.Result] }
