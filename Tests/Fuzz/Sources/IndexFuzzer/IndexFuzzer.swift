import FuzzSupport

/// The index of a sharded checkpoint, with one right part beside it.
private let file = {
  let file = FuzzedFile("model.safetensors.index.json")
  let header = Array(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#.utf8)
  file.add("one.safetensors", [UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header + [7])
  return file
}()

@main struct IndexFuzzer {
  static func main() {
    fuzz {
      file.read(bytes($0, $1))
      return 0
    }
  }
}
