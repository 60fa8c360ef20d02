import Foundation
import Longformer

// Makes texts into vectors with any model that lfconv reads, one text an argument:
//
//   swift run Encode model.lfz "a long text" "another"
//
// Prints a line for each: how similar it is to the first text, from -1 to 1, and its
// vector's numbers.
let texts = Array(CommandLine.arguments.dropFirst(2))
guard !texts.isEmpty else { fail("usage: Encode MODEL TEXT…", code: 64) }

func fail(_ message: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(code)
}

func cosine(_ a: [Float], _ b: [Float]) -> Float {
  func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let lengths = (product(a, a) * product(b, b)).squareRoot()
  return lengths > 0 ? product(a, b) / lengths : 0
}

do {
  let encoder = try TextEncoder(CommandLine.arguments[1])
  let vectors = try encoder.encode(texts)  // [[Float]]
  for vector in vectors {
    print(cosine(vectors[0], vector), vector.map(\.description).joined(separator: " "))
  }
} catch {
  fail("Encode: error: \(error)", code: error.kind.rawValue)
}
