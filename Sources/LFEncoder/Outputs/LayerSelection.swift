/// Some layers of a model, counted from 0: `true` for all, `false` for none, or
/// a list of numbers.
public struct LayerSelection: Sendable, Equatable, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  /// Numbers of the layers; nil for all.
  private let numbers: Set<Int>?

  /// The layers of these numbers.
  public init(_ numbers: some Sequence<Int>) {
    self.numbers = Set(numbers)
  }

  public init(booleanLiteral isEverything: Bool) {
    numbers = isEverything ? nil : []
  }

  public init(arrayLiteral numbers: Int...) {
    self.init(numbers)
  }

  /// Whether no layer is chosen.
  public var isEmpty: Bool { numbers?.isEmpty ?? false }

  /// Whether a layer is chosen.
  public func contains(_ layer: Int) -> Bool { numbers?.contains(layer) ?? true }

  /// The lowest number that a model of `count` layers does not have.
  func stranger(among count: Int) -> Int? {
    numbers?.filter { $0 < 0 || $0 >= count }.min()
  }

  /// How many of `count` layers are chosen.
  func size(among count: Int) -> Int { numbers?.count ?? count }
}
