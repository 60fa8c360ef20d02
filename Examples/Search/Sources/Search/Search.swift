import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Longformer

/// Serves a model over HTTP: texts in, vectors and nearest documents out.
@main
struct Search: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Search",
    abstract: "Serve vectors and nearest documents over HTTP.",
    discussion: """
      POST /embed      {"texts": ["…"]}
      POST /documents  {"documents": [{"id": "…", "text": "…"}]}
      POST /search     {"text": "…", "limit": 5}
      GET  /health

      Ends on SIGTERM and SIGINT, after the requests that it is working on.
      """)

  @Argument(
    help: "An .lfz with its tokenizer, or a folder of Hugging Face or sentence-transformers.")
  var model: String

  @Option(help: "Documents to begin with, one a line; their ids are the line numbers.")
  var documents: String?

  @Option(help: "Address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "Port to listen on; 0 for any that is free.")
  var port = 8080

  @Option(help: "Threads of one forward pass; default: all processors.")
  var threads: Int?

  @Option(help: "Requests that run the model at a time; more wait.")
  var concurrency = 1

  @Option(help: "Requests that may wait; more are turned away with 503.")
  var waiting = 64

  @Option(help: "Bytes of a request's body at most; larger ones are turned away with 413.")
  var maxBody = 1_048_576

  @Option(help: "Documents at most; more are turned away with 507.")
  var maxDocuments = 100_000

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is from 0 to 65535") }
    let counts = [
      ("threads", threads ?? 1), ("concurrency", concurrency), ("max-body", maxBody),
      ("max-documents", maxDocuments),
    ]
    for (name, value) in counts where value < 1 {
      throw ValidationError("--\(name) is 1 or more")
    }
    guard waiting >= 0 else { throw ValidationError("--waiting is 0 or more") }
  }

  /// One line for people on any error, and an exit code for scripts.
  func run() async throws {
    do {
      try await serve()
    } catch let error as LFError {
      report("error: \(error)")
      throw ExitCode(error.kind.rawValue)
    } catch {
      report("error: \(error)")
      throw ExitCode(4)
    }
  }

  private func serve() async throws {
    let encoder = try TextEncoder(
      model, options: TextEncoderOptions(normalizes: true), threads: threads)
    let service = SearchService(
      encoder: encoder, gate: Gate(running: concurrency, waiting: waiting),
      index: VectorIndex(width: encoder.vectorSize, capacity: maxDocuments), bodyLimit: maxBody)
    if let documents {
      let text = try String(contentsOfFile: documents, encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      try await service.add(
        lines.enumerated().map { Document(id: String($0 + 1), text: $1) })
      report("\(lines.count) documents")
    }
    let app = Application(
      router: service.router(),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "search"),
      onServerRunning: { report("listening on port \($0.localAddress?.port ?? 0)") },
      logger: Logger(label: "search") { _ in SwiftLogNoOpLogHandler() })
    try await app.runService()
    report("stopped")
  }
}

/// Prints a line on standard error.
func report(_ line: String) {
  FileHandle.standardError.write(Data("search: \(line)\n".utf8))
}
