enum HintRows {
  static let all: [HintTests.Followed] = []
  static let unreachable: [HintTests.Unreachable] = []
}
