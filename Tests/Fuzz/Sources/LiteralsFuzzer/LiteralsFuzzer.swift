import FuzzSupport

/// The codec of literals, beside libzstd.
@main struct LiteralsFuzzer {
  static func main() {
    fuzz {
      FuzzedLiterals.run(bytes($0, $1))
      return 0
    }
  }
}
