/// Merges the symbols of a piece, always the pair of lowest rank and of those
/// the leftmost.
struct MergeScratch: Sendable {
  /// Up to so many symbols, looking through all pairs is quicker than a heap.
  private static let few = 48

  private var ids: [UInt32] = []
  /// Bytes of each symbol; 0 for one that has been merged into the one before.
  private var lengths: [UInt32] = []
  /// What each symbol and the next one merge to.
  private var pairs: [UInt64] = []
  private var previous: [Int32] = []
  private var next: [Int32] = []
  private var heap: [Candidate] = []

  private struct Candidate {
    let value: UInt64
    let place: Int32

    @inline(__always)
    func comes(before other: Candidate) -> Bool {
      value >> 32 != other.value >> 32
        ? value >> 32 < other.value >> 32 : place < other.place
    }
  }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }

  mutating func append(_ id: UInt32, length: UInt32) {
    ids.append(id)
    lengths.append(length)
  }

  mutating func merge(by table: MergeTable) {
    guard ids.count > 1 else { return }
    if ids.count <= Self.few { mergeFew(table) } else { mergeMany(table) }
  }

  func write(to tokens: inout [ModelToken]) {
    var offset: UInt32 = 0
    for index in ids.indices where lengths[index] > 0 {
      tokens.append(ModelToken(id: ids[index], lower: offset, upper: offset + lengths[index]))
      offset += lengths[index]
    }
  }

  private mutating func mergeFew(_ table: MergeTable) {
    pairs.removeAll(keepingCapacity: true)
    for index in 1..<ids.count { pairs.append(table.value(ids[index - 1], ids[index])) }
    while true {
      var best = UInt64.max
      var place = -1
      for index in pairs.indices where pairs[index] >> 32 < best >> 32 {
        best = pairs[index]
        place = index
      }
      guard place >= 0 else { return }
      ids[place] = UInt32(truncatingIfNeeded: best)
      lengths[place] += lengths[place + 1]
      ids.remove(at: place + 1)
      lengths.remove(at: place + 1)
      pairs.remove(at: place)
      if place < pairs.count { pairs[place] = table.value(ids[place], ids[place + 1]) }
      if place > 0 { pairs[place - 1] = table.value(ids[place - 1], ids[place]) }
    }
  }

  private mutating func mergeMany(_ table: MergeTable) {
    let count = ids.count
    previous.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
    heap.removeAll(keepingCapacity: true)
    for index in 0..<count {
      previous.append(Int32(index) - 1)
      next.append(index + 1 < count ? Int32(index) + 1 : -1)
    }
    for index in 0..<count - 1 { offer(Int32(index), table) }
    while let top = pop() {
      let place = Int(top.place)
      guard lengths[place] > 0, next[place] >= 0 else { continue }
      let right = Int(next[place])
      // A candidate whose symbols have changed since is out of date.
      guard table.value(ids[place], ids[right]) == top.value else { continue }
      ids[place] = UInt32(truncatingIfNeeded: top.value)
      lengths[place] += lengths[right]
      lengths[right] = 0
      next[place] = next[right]
      if next[place] >= 0 {
        previous[Int(next[place])] = top.place
        offer(top.place, table)
      }
      if previous[place] >= 0 { offer(previous[place], table) }
    }
  }

  /// Puts a symbol and the next one up for merging.
  private mutating func offer(_ place: Int32, _ table: MergeTable) {
    let value = table.value(ids[Int(place)], ids[Int(next[Int(place)])])
    guard value != .max else { return }
    let candidate = Candidate(value: value, place: place)
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard candidate.comes(before: heap[parent]) else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = candidate
  }

  private mutating func pop() -> Candidate? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
      guard heap[child].comes(before: last) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return top
  }
}
