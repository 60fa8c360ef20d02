import FuzzSupport

/// A tokenizer's file, and some texts that it is tried on.
@main struct TokenizerFuzzer {
  static func main() {
    fuzz {
      FuzzedTokenizer.read(bytes($0, $1))
      return 0
    }
  }
}
