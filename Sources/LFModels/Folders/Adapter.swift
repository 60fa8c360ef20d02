import LFCore
import LFFiles

/// Adapters (LoRA and its kin): small matrices that change a base model's
/// weights, and no model without it.
enum Adapter {
  /// The error for an adapter in a model's place.
  static func error(_ location: LFError.Location) -> LFError {
    .unsupported(
      "checkpoint.adapter", at: location,
      "this is an adapter, which changes the weights of another model and is none itself",
      hint: "merge it into its base model with peft: PeftModel.from_pretrained(base, adapter)"
        + ".merge_and_unload().save_pretrained(folder)")
  }

  /// Refuses a file that is an adapter by its name.
  static func refuse(_ path: String) throws(LFError) {
    if CarriedNames.adapters.contains(Paths.name(path)) { throw error(.init(file: path)) }
  }

  /// A remark about an adapter that lies beside the weights of a model.
  static func note(_ name: String) -> String {
    "\(name) is not applied: the weights are those of the model beside it"
  }
}
