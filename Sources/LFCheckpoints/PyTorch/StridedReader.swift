import LFCore
import LFFiles

/// Gathers a range of a tensor whose elements do not follow each other.
///
/// The range is cut into boxes (the end of a row, whole rows, the beginning of
/// a row, in every dimension). In a box, elements are read along the dimension
/// in which they lie closest together: the columns of a transposed matrix come
/// in runs, and nothing but one run is held in memory.
struct StridedReader {
  /// Longest run that is read at once.
  private static let runByteCount = 1 << 18
  /// A gap from here on is not worth reading through.
  private static let gapByteCount = 1 << 12

  private let file: InputFile
  private let start: Int
  private let width: Int
  /// Dimensions, their steps in the file and in the tensor, all in elements;
  /// those of a single step are left out.
  private let dimensions: [Int]
  private let strides: [Int]
  private let places: [Int]

  init(_ file: InputFile, _ view: StridedView) {
    self.file = file
    start = view.start
    width = view.descriptor.elementType.byteCount
    let kept = zip(view.descriptor.shape.dimensions, view.strides).filter { $0.0 > 1 }
    dimensions = kept.map(\.0)
    strides = kept.map(\.1)
    var places: [Int] = []
    var place = 1
    for dimension in dimensions.reversed() {
      places.append(place)
      place *= dimension
    }
    self.places = places.reversed()
  }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(LFError) {
    let end = offset + buffer.byteCount
    var element = offset / width
    var written = 0
    // An element that the range cuts is read whole, beside the buffer.
    while written < buffer.byteCount {
      let skipped = offset + written - element * width
      let whole = end / width - element
      if skipped == 0, whole > 0 {
        let count = try readBox(from: element, count: whole, into: &buffer, at: written)
        element += count
        written += count * width
      } else {
        let bytes = try file.bytes(at: start + position(of: element) * width, count: width)
        let part = bytes[skipped..<min(width, skipped + buffer.byteCount - written)]
        buffer.copy(part, at: written)
        written += part.count
        element += 1
      }
    }
  }

  /// Where an element lies, counted from the first.
  private func position(of element: Int) -> Int {
    var rest = element
    var position = 0
    for (place, stride) in zip(places, strides) {
      position += rest / place * stride
      rest %= place
    }
    return position
  }

  /// Reads the largest box that begins at `first` and has at most `count`
  /// elements; gives their number.
  private func readBox(
    from first: Int, count: Int, into buffer: inout MutableRawSpan, at offset: Int
  ) throws(LFError) -> Int {
    // The outermost dimension of which at least one whole step fits and at
    // whose beginning the range stands.
    var level = dimensions.count - 1
    while level > 0, first % places[level - 1] == 0, count >= places[level - 1] { level -= 1 }
    let index = first / places[level] % dimensions[level]
    var extents = dimensions
    for outer in 0..<level { extents[outer] = 1 }
    extents[level] = min(dimensions[level] - index, count / places[level])

    // Run along the closest elements, step through the other dimensions.
    let inner =
      (level..<dimensions.count).filter { extents[$0] > 1 }.min { strides[$0] < strides[$1] }
      ?? level
    let base = position(of: first)
    var indices = [Int](repeating: 0, count: dimensions.count)
    while true {
      var source = base
      var target = 0
      for dimension in level..<dimensions.count {
        source += indices[dimension] * strides[dimension]
        target += indices[dimension] * places[dimension]
      }
      try readRun(
        from: source, stride: strides[inner], count: extents[inner], into: &buffer,
        at: offset + target * width, step: places[inner] * width)
      var dimension = dimensions.count - 1
      while dimension >= level {
        if dimension != inner {
          indices[dimension] += 1
          if indices[dimension] < extents[dimension] { break }
          indices[dimension] = 0
        }
        dimension -= 1
      }
      if dimension < level { break }
    }
    return extents[level] * places[level]
  }

  /// Reads elements at equal distances and writes them at equal distances.
  private func readRun(
    from source: Int, stride: Int, count: Int, into buffer: inout MutableRawSpan,
    at target: Int, step: Int
  ) throws(LFError) {
    let distance = stride * width
    let perRead =
      distance > Self.gapByteCount ? 1 : max(1, (Self.runByteCount - width) / max(1, distance) + 1)
    var done = 0
    while done < count {
      let part = min(count - done, perRead)
      let bytes = try file.bytes(
        at: start + (source + done * stride) * width, count: (part - 1) * distance + width)
      if stride == 1, step == width {
        buffer.copy(bytes[...], at: target + done * step)
      } else {
        for element in 0..<part {
          let place = element * distance
          buffer.copy(bytes[place..<place + width], at: target + (done + element) * step)
        }
      }
      done += part
    }
  }
}
