import Longformer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Encodes token ids with any model that lfconv reads:
//
//   swift run Encode longformer.lfz 0 17 4 23 2
guard CommandLine.arguments.count > 2 else {
  print("usage: Encode MODEL ID…")
  exit(64)
}
let ids = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }

let model = try LongformerModel(CommandLine.arguments[1], threads: 2)
let outputs = try model(EncoderInputs(batch: 1, length: ids.count, inputIDs: ids))

// The hidden state of each token, [1, S, H]; its first numbers are shown.
guard let hidden = outputs["last_hidden_state"] else { exit(1) }
let width = hidden.shape[2]
for (token, id) in ids.enumerated() {
  let first = hidden.values[token * width..<token * width + min(4, width)]
  print(id, first.map { String($0) }.joined(separator: " "))
}
