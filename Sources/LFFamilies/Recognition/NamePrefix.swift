import LFCore

/// What stands in front of a checkpoint's names.
///
/// Training programs wrap a model in modules of their own, each of which adds
/// its name and a dot. So the prefix is found from the tensor that every model
/// of a family has, never assumed.
struct NamePrefix: Sendable, Equatable {
  /// In front of the backbone's tensors, as in `model.roberta.`.
  let backbone: String
  /// The family's own part of it, as in `roberta.`; empty for a bare backbone.
  let family: String
  /// What may stand in front of a head's tensors, nearest first: the wrappers
  /// around the backbone, all of them or fewer.
  let heads: [String]
  /// What stands for `{name}` in the rows of a head (fairseq names its heads).
  var headName: String?

  init(backbone: String, familyPrefixes: [String]) {
    self.backbone = backbone
    let fitting = familyPrefixes.filter { own in
      backbone == own || (!own.isEmpty && backbone.hasSuffix("." + own))
    }
    family = fitting.max { $0.utf8.count < $1.utf8.count } ?? ""
    var outer = backbone.dropLast(family.count)
    var heads = [String(outer)]
    while !outer.isEmpty {
      outer = outer.dropLast()
      outer =
        outer[..<(outer.lastIndex(of: ".").map { outer.index(after: $0) } ?? outer.startIndex)]
      heads.append(String(outer))
    }
    self.heads = heads
  }

  /// What may stand in front of a row's name.
  func fronts(_ row: NameRow) -> [String] { row.isPrefixed ? [backbone] : heads }
}
