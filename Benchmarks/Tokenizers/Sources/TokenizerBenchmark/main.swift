import Foundation
import LFCore
import LFTokenizers

// Encodes texts, one a line, and prints seconds: TOKENIZER.json TEXT [REPEATS]. The files are read
// before; the first run does not count.
let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: TokenizerBenchmark TOKENIZER.json TEXT [REPEATS]")
  exit(64)
}
do {
  let json = [UInt8](try Data(contentsOf: URL(filePath: arguments[1])))
  let clock = ContinuousClock()
  let start = clock.now
  let tokenizer = try Tokenizer(json: json)
  print("load \(Double((clock.now - start) / .microseconds(1)) / 1e6)")
  let text = [UInt8](try Data(contentsOf: URL(filePath: arguments[2])))
  let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
  for _ in 0...(arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3) {
    let start = clock.now
    var count = 0
    for line in lines { count += try tokenizer.encode(utf8: line).count }
    print("encode \(Double((clock.now - start) / .microseconds(1)) / 1e6) \(count)")
  }
} catch {
  print(error)
  exit(2)
}
