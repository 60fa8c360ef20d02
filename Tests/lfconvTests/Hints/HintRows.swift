/// Every hint, with a command that gives it and one that follows it.
enum HintRows {
  private typealias Row = HintTests.Followed

  static let all =
    places + configurations + choices + caches + damage + pickles + conversions + patterns + runs
    + evaluations + tokenizers

  /// Hints that no command line can bring about.
  static let unreachable: [HintTests.Unreachable] = [
    .init(
      hint: "nothing was published; please report this",
      why: "a proof fails only when this program is wrong; tests of the proofs break them"),
    .init(hint: "free some space or write to another disk", why: "it takes a full disk"),
    .init(
      hint: "check the permissions of the file and its folder",
      why: "tests may run as a user who may do everything"),
    .init(
      hint: "try again when nothing writes to it",
      why: "it takes a change at that moment; ChangingSourceTests make one"),
    .init(
      hint: "give the file a name in UTF-8, or a link to it",
      why: "words of tests are UTF-8; ForeignNameTests starts the program by a shell"),
    .init(hint: "rename it in UTF-8", why: "the same"),
    .init(hint: "use a newer lfconv", why: "there is no newer version of the container yet"),
    .init(
      hint: "a program that trusts the file can raise Limits.expansionRatio or expansionSlack",
      why: "there is no option for it; tests of the container do it in the library"),
  ]

  private static let golden = "$G/longformer-masked-lm-own-global-projections"
  private static let giveConfiguration = "give the model's configuration with --config"
  private static let bare = "$S/bare/model.safetensors"
  private static let config = "--config $S/model/config.json"

  // MARK: Places

  private static let makeFolder = "make that folder first, or write to another one"

  private static let places: [HintTests.Followed] = [
    Row(
      "golden record $S/model --length 4 -o $S/made/case", makeFolder,
      "convert $S/model -o $S/made ; golden record $S/model --length 4 -o $S/made/case"),
    Row(
      "convert $S/model -o $S/made2/a.lfz", makeFolder,
      "convert $S/model -o $S/made2 ; convert $S/model -o $S/made2/a.lfz"),
    Row(
      "draw $S/model -o $S/made3/a.svg", makeFolder,
      "convert $S/model -o $S/made3 ; draw $S/model -o $S/made3/a.svg"),
  ]

  // MARK: Configurations

  private static let configurations: [HintTests.Followed] = [
    Row("bench \(bare) --length 4", giveConfiguration, "bench \(bare) --length 4 \(config)"),
    Row("draw \(bare) -o $S/a.svg", giveConfiguration, "draw \(bare) -o $S/a.svg \(config)"),
    Row(
      "golden record \(bare) --length 4 -o $S/case1", giveConfiguration,
      "golden record \(bare) --length 4 -o $S/case1 \(config) ; verify $S/case1 --allow-outside"),
    Row(
      "verify \(golden) --model \(bare)", giveConfiguration,
      "verify \(golden) --model \(bare) \(config)"),
    Row("convert \(bare) -o $S/c1", giveConfiguration, "convert \(bare) -o $S/c1 \(config)"),
    Row(
      "roberta-to-longformer \(bare) -o $S/c2 --attention-window 8", giveConfiguration,
      "roberta-to-longformer \(bare) -o $S/c2 --attention-window 8 \(config)"),
    Row(
      "convert $S/fairseq/model.safetensors -o $S/c3", giveConfiguration,
      "convert $S/fairseq/model.safetensors -o $S/c3 --config $S/roberta/config.json"),
    Row(
      "bench $S/contradictory --length 4",
      "to read it all the same, give a configuration whose model_type is roberta (--config)",
      "bench $S/contradictory --length 4 --config $S/roberta/config.json"),
    Row(
      "bench $C/model/invalid/misshapen --length 2",
      "config.json and the weights may come from different models",
      "bench $C/model/valid/roberta --length 2"),
    Row(
      "bench $C/model/invalid/no-tensors --length 2",
      "this is not a model of the family roberta", "bench $C/model/valid/roberta --length 2"),
    Row(
      "bench $S/vocabulary --length 2", "the tokenizer's files may belong to another model",
      "bench $S/bert --length 2"),
    Row(
      "bench $S/unclear --length 4",
      "give a configuration that names it, as in \"architectures\": "
        + "[\"RobertaForTokenClassification\"], with --config",
      "bench $S/unclear --length 4 --config $G/token-classification/source/config.json"),
    Row(
      "bench $S/unnamed --length 2",
      "give a configuration that states it, as in \"model_type\": \"bert\", with --config",
      "bench $S/unnamed --length 2 --config $S/bert/config.json"),
    Row(
      "convert $S/other-dictionary/model.pt -o $S/c4",
      "put the dictionary that the model was trained with beside it, or move this one away",
      "convert $G/fairseq-legacy-pickle/source/model.pt -o $S/c4"),
  ]

  // MARK: Choices among several things

  private static let choices: [HintTests.Followed] = [
    Row(
      "bench $S/several --length 4 \(config)",
      "give the path of the file instead of its folder",
      "bench $S/several/b.safetensors --length 4 \(config)"),
    Row(
      "bench $C/model/invalid/two-models --length 2",
      "say which one with --key and its prefix, the dot at the end included",
      "bench $C/model/invalid/two-models --length 2 --key teacher."),
    Row(
      "roberta-to-longformer $S/heads -o $S/d1 --attention-window 8 --max-positions 40",
      "nothing is skipped silently; --key bert. takes the encoder alone, without any head",
      "roberta-to-longformer $S/heads -o $S/d1 --attention-window 8 --max-positions 40 --key bert."),
    Row(
      "bench $S/extra --length 4",
      "nothing is skipped silently: the checkpoint must hold one model and no other tensors",
      "bench $C/flavours/bert --length 4"),
    Row(
      "bench $C/flavours/bert --length 4 --key nothing.", "names here begin with bert., cls.",
      "bench $C/flavours/bert --length 4 --key bert."),
    Row(
      "bench $C/flavours/bert --length 4 --key brt.",
      "did you mean --key bert.? names here begin with bert., cls.",
      "bench $C/flavours/bert --length 4 --key bert."),
    Row(
      "inspect $S/pickles/two.pt --key state_dcit",
      "did you mean state_dict? keys here: model, state_dict",
      "inspect $S/pickles/two.pt --key state_dict"),
    Row(
      "convert $S/model -o $S/out.safetensors",
      "with -o model.lfz it becomes a container, with -o model a folder with a model.safetensors "
        + "in it",
      "convert $S/model -o $S/named.lfz ; convert $S/model -o $S/named"),
    Row(
      "draw $C/flavours/bert -o $S/b.svg --key bert", "say --key bert.",
      "draw $C/flavours/bert -o $S/b.svg --key bert."),
    Row(
      "inspect $S/pickles/two.pt", "say which one with --key; \".\" stands for the whole file",
      "inspect $S/pickles/two.pt --key model"),
    Row(
      "check $S/pickles/two.pt", "say which one with --key; \".\" stands for the whole file",
      "inspect $S/pickles/two.pt --key state_dict"),
    Row(
      "inspect $S/pickles/two.pt --key other", "keys here: model, state_dict",
      "inspect $S/pickles/two.pt --key state_dict"),
    Row(
      "inspect $S/pickles/nested.pt",
      "if this is a dictionary of its own, name it with --key, as in a/b",
      "inspect $S/pickles/nested.pt --key state_dict/ema"),
    Row(
      "inspect $S/pickles/deep.pt",
      "name a dictionary further inside with --key, as in a/b; the file has run (a dict)",
      "inspect $S/pickles/deep.pt --key run/net"),
  ]

  private static let caches: [HintTests.Followed] = [
    Row(
      "inspect $S/cache", "give the path of one of them",
      "inspect $S/cache/models--me--mine ; inspect $S/cache/models--me--other"),
    Row(
      "inspect $S/empty-cache/models--me--mine", "download the model into the cache first",
      "inspect $S/cache/models--me--mine"),
    Row(
      "inspect $S/adapter",
      "merge it into its base model with peft: PeftModel.from_pretrained(base, adapter)"
        + ".merge_and_unload().save_pretrained(folder)",
      "inspect $S/model"),
  ]

  // MARK: Damaged and other files

  private static let again = "the file is damaged; copy or download it again"
  private static let incomplete = "the file is incomplete; copy or download it again"
  private static let plain = "$C/safetensors/valid/plain.safetensors"

  private static let damage: [HintTests.Followed] = [
    Row("inspect $C/zip/invalid/pickle-damaged.pt", again, "inspect $C/zip/valid/plain.pt"),
    Row(
      "inspect $C/zip/invalid/prepended-data.pt",
      "bytes before or inside the archive were added or lost", "inspect $C/zip/valid/plain.pt"),
    Row(
      "inspect $C/pytorch/invalid/archive-truncated.pt", incomplete,
      "inspect $C/zip/valid/plain.pt"),
    Row(
      "inspect $C/safetensors/invalid/header-past-the-end.safetensors", incomplete,
      "inspect \(plain)"),
    Row(
      "inspect $C/safetensors/invalid/data-cut.safetensors",
      "the file may be incomplete; copy or download it again", "inspect \(plain)"),
    Row(
      "inspect $C/safetensors/invalid/git-lfs-pointer.safetensors",
      "run git lfs pull in the folder",
      "inspect \(plain)"),
    Row(
      "inspect $C/safetensors/invalid/web-page.safetensors",
      "this looks like a web page saved in place of the file", "inspect \(plain)"),
    Row(
      "inspect $C/index/invalid/shard-missing",
      "the checkpoint is incomplete; copy or download it again", "inspect $C/index/valid/plain"),
    Row("inspect $S/lost", "copy or download the file again", "inspect $S/model"),
    Row("check $S/damaged-chunk.lfz", again, "check $S/model.lfz"),
    Row("inspect $S/damaged-header.lfz", again, "inspect $S/model.lfz"),
    Row("inspect $S/damaged-index.lfz", again, "inspect $S/model.lfz"),
    Row(
      "inspect $S/cut.lfz", "the file is incomplete or something was appended to it",
      "inspect $S/model.lfz"),
    Row(
      "check $S/model", "convert it to .lfz, which has",
      "convert $S/model -o $S/e1.lfz ; check $S/e1.lfz"),
    Row(
      "inspect $S/tensorflow",
      "TensorFlow and Flax weights have to be saved as safetensors first", "inspect $S/model"),
    Row(
      "inspect $S/weights.bin", "save the weights as safetensors, or with torch.save",
      "inspect $S/model"),
  ]

  // MARK: What PyTorch can write

  private static let pickles: [HintTests.Followed] = [
    Row(
      "inspect $C/zip/invalid/deflated.pt",
      "torch.save stores its members; save the file again with it",
      "inspect $C/zip/valid/plain.pt"),
    Row(
      "inspect $C/pytorch/invalid/legacy-wrong-magic.pt",
      "other pickles than those of torch.save hold no weights", "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $C/pytorch/invalid/bare-global.pt",
      "nothing of it was called; save a plain state_dict() to convert the model",
      "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $S/pickles/module.pt", "save model.state_dict() instead of the model",
      "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $S/pickles/negated.pt", "save a copy made by torch.clone",
      "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $S/pickles/float8.pt",
      "store the tensors as torch.float32, float16 or bfloat16 first",
      "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $S/pickles/script.pt", "save the state_dict() of the original model",
      "inspect $S/pickles/plain.pt"),
    Row(
      "inspect $C/safetensors/invalid/dtype-float8.safetensors",
      "store the tensors as F32, F16 or BF16 first", "inspect \(plain)"),
  ]

  // MARK: Conversions

  private static let overflow = "bf16 has the range of f32; --allow-nonfinite makes them infinite"

  private static let distilbert = "$G/distilbert-sequence-classification/source"
  private static let electra = "$G/electra-sequence-classification/source"

  private static let conversions: [HintTests.Followed] = [
    Row(
      "roberta-to-longformer \(distilbert) -o $S/f0 --attention-window 8",
      "convert the encoder alone with --key distilbert.",
      "roberta-to-longformer \(distilbert) -o $S/f0 --attention-window 8 --key distilbert."),
    Row(
      "roberta-to-longformer \(electra) -o $S/f7 --attention-window 8",
      "convert the encoder alone with --key electra.",
      "roberta-to-longformer \(electra) -o $S/f7 --attention-window 8 --key electra."),
    Row(
      "roberta-to-longformer $S/overflow -o $S/f8 --attention-window 8 --max-positions 40",
      "--no-check converts it without the proofs; every forward pass in float32 will find the same",
      "roberta-to-longformer $S/overflow -o $S/f8 --attention-window 8 --max-positions 40 "
        + "--no-check"),
    Row(
      "roberta-to-longformer $S/roberta -o $S/f9 --attention-window 8 --reset-global-projections",
      "leave the option out: a conversion copies the local projections to the global ones",
      "roberta-to-longformer $S/roberta -o $S/f9 --attention-window 8"),
    Row(
      "convert $S/nan -o $S/f1",
      "the training that made it went wrong; --allow-nonfinite converts it all the same",
      "convert $S/nan -o $S/f1 --allow-nonfinite"),
    Row(
      "convert $S/large -o $S/f2 --dtype f16", overflow, "convert $S/large -o $S/f2 --dtype bf16"),
    Row(
      "convert $S/large -o $S/f3 --dtype f16", overflow,
      "convert $S/large -o $S/f3 --dtype f16 --allow-nonfinite"),
    Row(
      "convert $S/model -o $S/model --force", "give another name for the output",
      "convert $S/model -o $S/f4"),
    Row(
      "convert $S/model -o $S/older.lfz", "give another name, or --force to replace it",
      "convert $S/model -o $S/newer.lfz ; convert $S/model -o $S/older.lfz --force"),
    Row(
      "convert $S/model -o $S/documents --force", "remove it yourself, or give another name",
      "convert $S/model -o $S/f5 --force"),
    Row(
      "roberta-to-longformer $S/model -o $S/f6 --attention-window 7",
      "the window is the full width: half of it lies on each side of a token",
      "roberta-to-longformer $S/model -o $S/f6 --attention-window 14"),
  ]

  // MARK: Attention patterns

  private static let compare =
    "compare-attention $S/roberta --inputs $S/labelled.safetensors --attention"

  private static let patterns: [HintTests.Followed] = [
    Row(
      "draw --attention windows:4 --length 8 -o $S/p1.svg", "did you mean window?",
      "draw --attention window:4 --length 8 -o $S/p1.svg"),
    Row("\(compare) full,windows:4", "did you mean window?", "\(compare) full,window:4"),
    Row(
      "\(compare) sparse",
      "patterns are full, window:W, dilated:W:D, blockwise:N, bigbird:BLOCK:RANDOM, "
        + "recurrence:SEGMENT:MEMORY, lsh:CHUNK:ROUNDS, lsh-shared:CHUNK:ROUNDS",
      "\(compare) full,window:4,dilated:2:2,blockwise:2,bigbird:1:1,recurrence:2:2,lsh:2:1,"
        + "lsh-shared:2:1"),
  ]

  // MARK: Runs of a model

  /// An instruction set that this processor has not.
  #if arch(arm64)
    private static let foreign = "avx2"
  #else
    private static let foreign = "neon"
  #endif

  private static let runs: [HintTests.Followed] = [
    Row(
      "verify $G/roberta-masked-lm-three-windows",
      "set TMPDIR to a folder that can be written to, or unset it to use /tmp",
      "verify $G/roberta-masked-lm-three-windows", environment: ["TMPDIR": "/proc"],
      then: ["TMPDIR": "/tmp"]),
    Row(
      "golden record $S/questions --inputs $S/ids.safetensors -o $S/g1",
      "give a global_attention_mask",
      "golden record $S/questions --inputs $S/mask.safetensors -o $S/g1 ; verify $S/g1 --allow-outside"
    ),
    Row(
      "golden record $S/long --length 24000 --attentions -o $S/g2",
      "ask for fewer layers, or shorter or fewer inputs",
      "golden record $S/long --length 20 --attentions -o $S/g2"),
    Row(
      "verify $S/outside", "give --allow-outside for a case that you trust",
      "verify $S/outside --allow-outside"),
    Row(
      "golden record $S/model --length 4 -o $S/g3",
      "record on your own machine and commit the result, or give --force",
      "golden record $S/model --length 4 -o $S/g3", environment: ["CI": "true"]),
    Row(
      "bench $S/model --length 4", "\"baseline\" runs everywhere, and gives the same bits",
      "bench $S/model --length 4", environment: ["LFCONV_CPU": foreign],
      then: ["LFCONV_CPU": "baseline"]),
  ]
  // MARK: Losses

  private static let evaluate =
    "evaluate $G/roberta-masked-lm-three-windows/source --inputs"

  private static let evaluations: [HintTests.Followed] = [
    Row(
      "evaluate $G/bert-masked-lm-relu/source --inputs $S/ids.safetensors",
      "give labels and masked input_ids with --inputs",
      "evaluate $G/bert-masked-lm-relu/source --inputs $S/labelled.safetensors"),
    Row(
      "\(evaluate) $S/ids.safetensors --seed 1",
      "give labels, longer inputs, or another --seed",
      "\(evaluate) $S/labelled.safetensors --seed 1 ; \(evaluate) $S/longer.safetensors --seed 1 ; "
        + "\(evaluate) $S/ids.safetensors --seed 3"),
  ]

  // MARK: Tokenizers

  private static let text = "--text $S/text.txt"

  private static let tokenizers: [HintTests.Followed] = [
    Row(
      "tokenize $S/roberta \(text)",
      "put tokenizer.json, vocab.json with merges.txt, vocab.txt, or sentencepiece.bpe.model "
        + "beside the weights",
      ["json", "merges", "words", "pieces"].map { "tokenize $S/tokenizers/\($0) \(text)" }
        .joined(separator: " ; ")),
    Row(
      "tokenize $S/words/none/model.pt \(text)",
      "put the vocabulary's tokenizer.json, or vocab.json and merges.txt, beside it",
      "tokenize $S/words/json/model.pt \(text) ; tokenize $S/words/merges/model.pt \(text)"),
    Row(
      "encode $S/dense \(text)",
      "choose a pooling other than auto, as in --pooling mean: the vectors are then the "
        + "transformer's alone", "encode $S/dense \(text) --pooling mean"),
    Row(
      "tokenize $S/tokenizers/unigram --text $S/unknown.txt",
      "the model's unk_id is null, and the text has a character without a token",
      "tokenize $S/tokenizers/unigram \(text) ; "
        + "tokenize $S/tokenizers/unigram-unknown --text $S/unknown.txt"),
  ]
}
