/// A tree of tokens by their bytes, for finding all that begin at a place.
///
/// The children of all nodes are in one hash table: quick to build, and one
/// look-up for each byte that is followed.
struct TokenTrie: Sendable {
  /// Most nodes; what a slot has bits for.
  static let nodeLimit = 1 << 24
  static let root: UInt32 = 0

  /// Node and byte in the upper 40 bits, the child in the lower 24; 0 where
  /// there is none, since the root is nobody's child.
  private var table: [UInt64]
  private var count = 1
  /// The id of the token that ends at each node, plus one.
  private var ids: [UInt32] = [0]

  init(expectedBytes: Int = 0) {
    var size = 1024
    while size < min(expectedBytes, Self.nodeLimit), size < Self.nodeLimit { size *= 2 }
    table = [UInt64](repeating: 0, count: size)
  }

  /// Adds a token; of equal ones the last stays. False when the tree is full.
  mutating func insert(_ bytes: [UInt8], in range: Range<Int>, id: UInt32) -> Bool {
    var node = Self.root
    for index in range {
      let slot = slot(node, bytes[index])
      if table[slot] != 0 {
        node = UInt32(truncatingIfNeeded: table[slot]) & 0xFF_FFFF
        continue
      }
      guard count < Self.nodeLimit, id < UInt32.max else { return false }
      table[slot] =
        (UInt64(node) << 8 | UInt64(bytes[index])) << 24 | UInt64(count)
      node = UInt32(count)
      count += 1
      ids.append(0)
      if count * 2 > table.count { grow() }
    }
    ids[Int(node)] = id + 1
    return true
  }

  /// The node that a byte leads to.
  @inline(__always)
  func child(of node: UInt32, _ byte: UInt8) -> UInt32? {
    let entry = table[slot(node, byte)]
    return entry == 0 ? nil : UInt32(truncatingIfNeeded: entry) & 0xFF_FFFF
  }

  /// The token that ends at a node.
  @inline(__always)
  func id(at node: UInt32) -> UInt32? {
    let id = ids[Int(node)]
    return id == 0 ? nil : id - 1
  }

  /// The node that these bytes lead to.
  func node(_ bytes: [UInt8]) -> UInt32? {
    var node = Self.root
    for byte in bytes {
      guard let next = child(of: node, byte) else { return nil }
      node = next
    }
    return node
  }

  @inline(__always)
  private func slot(_ node: UInt32, _ byte: UInt8) -> Int {
    let key = UInt64(node) << 8 | UInt64(byte)
    let mask = table.count - 1
    var slot = Int(truncatingIfNeeded: ByteHash.of(key)) & mask
    while table[slot] != 0, table[slot] >> 24 != key { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = table
    table = [UInt64](repeating: 0, count: old.count * 2)
    let mask = table.count - 1
    for entry in old where entry != 0 {
      var slot = Int(truncatingIfNeeded: ByteHash.of(entry >> 24)) & mask
      while table[slot] != 0 { slot = (slot + 1) & mask }
      table[slot] = entry
    }
  }
}
