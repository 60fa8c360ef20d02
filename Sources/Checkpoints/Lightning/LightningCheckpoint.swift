/// Checkpoints of PyTorch Lightning: a `state_dict` beside the trainer's state.
enum LightningCheckpoint {
  /// Whether Lightning wrote the object; it leaves its version in it.
  static func wrote(_ graph: PickleGraph) -> Bool {
    PickleDictionary.value("pytorch-lightning_version", of: graph.root, in: graph) != nil
      && PickleDictionary.value("state_dict", of: graph.root, in: graph) != nil
  }
}
