/// Members of a JSON object in their order; keys are unique by their bytes.
public struct JSONObject: Sendable, Equatable {
  /// Keys and values, in order.
  public private(set) var members: [(key: String, value: JSONValue)]
  /// Where each key stands, once there are too many to look through: a file may
  /// hold any number of them. Nil for a small object.
  private var places: [TensorName: Int]?

  /// Members up to which looking through is quicker than an index.
  private static let fewMembers = 16

  /// An object with these members; of equal keys the last one stays.
  public init(_ members: [(String, JSONValue)] = []) {
    self.members = []
    self.members.reserveCapacity(members.count)
    for (key, value) in members { self[key] = value }
  }

  /// Members that a parser has checked for duplicates.
  init(unique members: [(key: String, value: JSONValue)]) {
    self.members = members
    indexIfLarge()
  }

  /// The value of a key; setting nil removes it, a new key goes to the end.
  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil):
        members.remove(at: place)
        // Every later member has moved.
        places = nil
        indexIfLarge()
      case (nil, let value?):
        members.append((key, value))
        if places != nil {
          places?[TensorName(key)] = members.count - 1
        } else {
          indexIfLarge()
        }
      case (nil, nil): break
      }
    }
  }

  /// Whether both have the same members in the same order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && zip(left.members, right.members).allSatisfy {
        $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value
      }
  }

  private func position(of key: String) -> Int? {
    if let places { return places[TensorName(key)] }
    return members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
  }

  private mutating func indexIfLarge() {
    guard members.count > Self.fewMembers else { return }
    var places: [TensorName: Int] = [:]
    places.reserveCapacity(members.count)
    for (place, member) in members.enumerated() { places[TensorName(member.key)] = place }
    self.places = places
  }
}
