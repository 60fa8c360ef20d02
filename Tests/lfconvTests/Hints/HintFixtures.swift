import TestSupport
enum HintFixtures {
  static func make() throws -> Scratch { try Scratch() }
}
