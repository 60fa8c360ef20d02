"""The golden cases, each a few lines of description. What a field does is told at its declaration."""

from dataclasses import dataclass

from families import KINDS


@dataclass(frozen=True)
class Case:
    name: str
    shows: str  # one line for PROVENANCE.md

    # The source checkpoint.
    source: str = "roberta"  # or another of families.py; "longformer" needs no conversion
    container: str = "safetensors"  # or "zip", "fairseq"
    architecture: str = "ForMaskedLM"  # the class name after Roberta, Bert or Longformer
    hidden: int = 24
    heads: int = 3
    intermediate: int = 40
    layers: int = 2
    vocab: int = 40
    positions: int = 32  # usable rows of the source's position table, that is without the first pad + 1 (BERT has none)
    types: int = 1
    pad: int = 1
    bos: int = 0
    eos: int = 2  # also the separator
    eps: float = 1e-5
    activation: str = "gelu"
    labels: int = 0
    sharpness: float = 1.7  # spread of the query and key weights
    table_scale: float = 1.0  # small tables, as trained ones are, make layer_norm_eps visible
    tokenizer: bool = False
    digests: bool = False  # the expected weights as SHA-256 digests in place of their values

    convert: bool = True  # a RoBERTa or BERT becomes a Longformer; False keeps it, and its full attention

    # The conversion of a RoBERTa or BERT, or the configuration of a Longformer.
    window: int | tuple = 8
    max_positions: int = 64
    dilation: object = None  # a number per layer, or for each layer a number per head
    autoregressive: bool = False
    attention: str = ""  # the name of a pattern that takes the place of the model's own

    # The inputs: rows of places. `masked` sets the mask to 0, `pad_ids` the id to `pad`; both make padding.
    length: int = 20
    batch: int = 1
    choices: int = 0
    globals: tuple = ()
    masked: tuple = ()
    pad_ids: tuple = ()
    separators: tuple = ()
    token_types: bool = False
    explicit_positions: bool = False
    attentions: bool = False  # attention probabilities of every layer are expected as well

    on_request: bool = False  # written only when named, kept up to date once its folder exists

    def reserved_rows(self):
        """Rows of the source's position table that no token takes: RoBERTa and Longformer count from pad + 1."""
        return 0 if KINDS[self.source] == "bert" else self.pad + 1

    def position_rows(self):
        """All rows of the position table that the inputs meet."""
        return self.max_positions + self.pad + 1 if self.converts() else self.positions + self.reserved_rows()

    def converts(self):
        return self.convert and self.source != "longformer"


NONE = ()
LONGFORMER = dict(source="longformer")
SMALL = dict(hidden=16, heads=2, intermediate=24, vocab=32)
# As BERT has it: positions from row 0, two token types, padding 0, and ids of its own for [CLS] and [SEP].
BERT = dict(source="bert", **SMALL, types=2, pad=0, bos=2, eos=3, eps=1e-12, token_types=True)
DISTILBERT = BERT | dict(source="distilbert", types=1, token_types=False)
ELECTRA = BERT | dict(source="electra")
ERNIE = BERT | dict(source="ernie")
DPR = BERT | dict(source="dpr")
# Right padding, left padding, ordinary ids masked, pad ids unmasked, both at once, and a single gap.
PADDED = dict(
    batch=5, length=26,
    masked=(range(19, 26), range(0, 5), (7, 8, 9, 15), NONE, (*range(3, 6), *range(20, 26))),
    pad_ids=(range(19, 26), range(0, 5), NONE, (6, 13, 14), (4, 11, *range(20, 26))))

CASES = (
    # --- what a conversion must do -------------------------------------------------------------------
    Case("roberta-masked-lm-three-windows",
         "the demonstration model: three windows, a tiled position table cut off in a tile, tokenizer files, globals",
         layers=3, vocab=72, positions=30, tokenizer=True, window=(4, 12, 20), max_positions=100, length=77,
         globals=((0, 17, 40, 76),)),
    Case("roberta-bare-with-pooler", "a model without a head: bare names, pooler carried; one window for all layers",
         architecture="Model", table_scale=0.1, window=16, positions=40, max_positions=96, length=45, globals=((0,),)),
    Case("longformer-masked-lm-own-global-projections",
         "global projections that differ from the local ones, which no fresh conversion has; several globals",
         **LONGFORMER, window=(8, 4), positions=64, length=53, globals=((0, 1, 9, 30, 52),)),
    Case("longformer-bare-window-beyond-input", "three windows, the largest wider than the input; pooler",
         **LONGFORMER, architecture="Model", layers=3, window=(4, 8, 64), length=21, globals=((0, 11),)),

    # --- lengths -------------------------------------------------------------------------------------
    Case("length-one", "a single token: local, global, and padded", **LONGFORMER, hidden=20, heads=5, intermediate=33,
         batch=3, length=1, globals=(NONE, (0,), NONE), masked=(NONE, NONE, (0,))),
    Case("length-below-window", "every token sees every other", **SMALL, window=16, max_positions=50, length=7,
         batch=2, globals=(NONE, (3,))),
    Case("length-equal-to-window", "the two ends are too far apart to see each other", **SMALL, window=16,
         max_positions=50, length=16, batch=2, globals=(NONE, (0, 15))),
    Case("length-one-past-window", "one token past a full window", **LONGFORMER, **SMALL, window=16, length=17,
         batch=2, globals=(NONE, (0, 16))),
    Case("length-multiple-of-windows", "no part of a window left over", **LONGFORMER, **SMALL, window=(4, 20),
         positions=48, length=40, batch=2, globals=(NONE, (0, 19, 20))),
    Case("length-131-windows-4-12-20", "many windows long; head size 5; odd intermediate size", **LONGFORMER,
         hidden=15, heads=3, intermediate=37, vocab=31, layers=3, window=(4, 12, 20), positions=140, length=131,
         globals=((0, 64, 130),)),

    # --- padding -------------------------------------------------------------------------------------
    Case("padding-right-left-middle", "mask 0 and pad ids, together and apart; positions count ids, not the mask",
         **LONGFORMER, **SMALL, window=(4, 8), **PADDED,
         globals=((0, 10), (5,), NONE, (0, 13), (0, 12))),
    Case("padding-after-conversion", "the same rows through a conversion; positions past the source's last",
         **SMALL, positions=11, window=(4, 8), max_positions=40, **PADDED,
         globals=((0, 10), (5,), NONE, (0, 13), (0, 12))),
    Case("row-fully-padded", "a row of padding in a batch, with global flags on it", **LONGFORMER, **SMALL, batch=3,
         length=18, masked=(range(12, 18), range(0, 18), NONE), pad_ids=(range(12, 18), range(0, 18), NONE),
         globals=((0,), (0, 5), (0, 2))),

    # --- global attention ----------------------------------------------------------------------------
    Case("globals-none-one-many-all", "no global token, the first, a middle one, many, all, row by row", **LONGFORMER,
         hidden=16, heads=4, intermediate=24, vocab=32, window=(4, 8), length=27, batch=5,
         globals=(NONE, (0,), (14,), (0, 1, 2, 12, 13, 25, 26), range(27))),
    Case("globals-absent", "ids alone: no mask and no global token anywhere; the window given as one number",
         **LONGFORMER, **SMALL, length=37, batch=2, window=6, positions=40),
    Case("globals-zero-after-conversion", "a global mask of zeros; a global token is not needed",
         window=(12, 4), max_positions=70, length=33, batch=2, globals=(NONE, NONE)),
    Case("globals-on-padding", "a global flag on a padded token is ignored, also where it is the row's only one",
         **LONGFORMER, **SMALL, length=23, batch=3, masked=((20, 21, 22), (0, 1, 11), NONE),
         pad_ids=((20, 21, 22), NONE, NONE), globals=((0, 21), (1, 11), (9,))),

    # --- attention probabilities, and full attention -------------------------------------------------
    Case("attention-probabilities",
         "who attends to whom and how much, in dense tables: windows, globals, gaps, and a row of padding",
         **LONGFORMER, **SMALL, window=(4, 8), length=23, batch=4, attentions=True,
         globals=(NONE, (0, 11, 22), (0, 3, 12), (0,)), masked=(NONE, NONE, (3, 9, 10, 20, 21, 22), range(23)),
         pad_ids=(NONE, NONE, (20, 21, 22), range(23))),
    Case("attention-probabilities-dilated-autoregressive",
         "the same where heads have dilations 1 and 3 and no key comes after its query",
         **LONGFORMER, **SMALL, window=(8, 4), dilation=((1, 3), (3, 1)), autoregressive=True, length=27, batch=2,
         attentions=True, globals=(NONE, (0, 14)), masked=(NONE, (5, 6, 26))),
    Case("roberta-full-attention-row-fully-padded",
         "a RoBERTa as it is; in a row of padding alone every token attends to all of them alike",
         **SMALL, convert=False, length=19, batch=3, attentions=True,
         masked=(NONE, (6, 16, 17, 18), range(19)), pad_ids=(NONE, (16, 17, 18), range(19))),

    # --- sizes ---------------------------------------------------------------------------------------
    Case("wide-enough-for-the-matrix-library",
         "products and scores too large for the kernel that sums small ones: what a real model runs through",
         architecture="ForTokenClassification", labels=3, hidden=132, heads=1, intermediate=40, layers=1, vocab=32,
         positions=40, window=64, max_positions=170, length=161, globals=((0, 99),), masked=((159, 160),)),

    # --- configurations ------------------------------------------------------------------------------
    Case("pad-three-two-token-types", "pad id 3, so that positions start in row 4; two token types; eps 1e-12",
         pad=3, types=2, eps=1e-12, table_scale=0.1, token_types=True, positions=26, window=(4, 8), max_positions=60,
         length=41, globals=((0, 22),), pad_ids=((40,),), masked=((40,),)),
    Case("pad-zero", "pad id 0, so that positions start in row 1", pad=0, bos=1, positions=20, window=(8, 4),
         max_positions=50, length=34, globals=((0,),), masked=((31, 32, 33),), pad_ids=((31, 32, 33),)),
    Case("explicit-positions-and-types", "position ids in no order and three token types given by the caller",
         types=3, token_types=True, explicit_positions=True, positions=25, window=(4, 8), max_positions=60, length=30,
         globals=((0, 7),)),
    Case("window-two", "the narrowest window, one neighbour each way, which stock Hugging Face cannot run", **SMALL,
         window=2, max_positions=50, length=29, batch=2, globals=(NONE, (0, 13))),

    # --- containers ----------------------------------------------------------------------------------
    Case("fairseq-legacy-pickle", "an early fairseq checkpoint: a row of pickles, old names, no token types",
         container="fairseq", table_scale=0.1, positions=31, window=(8, 12), max_positions=80, length=47,
         globals=((0, 20),)),
    Case("pytorch-bin-zip", "a zip pytorch_model.bin with a tied decoder and a buffer of position ids",
         container="zip", positions=30, window=8, max_positions=75, length=38, globals=((0,),)),

    # --- expected weights ----------------------------------------------------------------------------
    Case("digests-in-place-of-weights",
         "the expected weights as digests: what a conversion must write, byte for byte, in a line a tensor",
         **SMALL, layers=2, positions=20, window=(4, 8), max_positions=50, length=29, batch=2, digests=True,
         globals=(NONE, (0, 13)), masked=(NONE, (27, 28)), pad_ids=(NONE, (27, 28))),

    # --- heads and patterns, written on request ------------------------------------------------------
    Case("sequence-classification-default-global", "the head makes the first token global", on_request=True,
         architecture="ForSequenceClassification", labels=5, window=(4, 8), length=29, batch=2,
         masked=(NONE, range(24, 29)), pad_ids=(NONE, range(24, 29))),
    Case("token-classification", "a label per token and no default global token", on_request=True,
         architecture="ForTokenClassification", labels=7, window=(4, 8), length=29, batch=2,
         masked=(NONE, range(24, 29)), pad_ids=(NONE, range(24, 29))),
    Case("question-answering-default-globals", "everything before the first separator is global", on_request=True,
         architecture="ForQuestionAnswering", window=(4, 8), length=29, batch=2,
         separators=((6, 7, 28), (9, 10, 28))),
    Case("multiple-choice-default-globals", "two choices a row; everything after the second separator is global",
         on_request=True, architecture="ForMultipleChoice", window=(4, 8), length=21, batch=4, choices=2,
         separators=((12, 13, 20), (15, 16, 20), (11, 12, 20), (17, 18, 20))),
    Case("dilation-per-head", "dilation 1 in the first layer; 1, 2 and 3 by head in the second", on_request=True,
         **LONGFORMER, window=(8, 6), dilation=((1, 1, 1), (1, 2, 3)), positions=64, length=50, batch=2,
         globals=(NONE, (0, 23)), masked=(NONE, (11, 12, 49))),
    Case("dilation-per-layer-after-conversion", "a conversion that asks for dilation 1 and 3", on_request=True,
         window=(8, 6), dilation=(1, 3), max_positions=70, length=44, globals=((0, 20),), masked=((30, 31),)),
    Case("autoregressive", "no key after the query, global or local", on_request=True, **LONGFORMER, window=(8, 4),
         autoregressive=True, positions=64, length=41, batch=2, globals=(NONE, (0, 23)), masked=(NONE, (11, 12))),
    Case("relu-in-layers", "hidden_act relu, while the language-model head keeps the exact gelu", on_request=True,
         activation="relu", window=8, length=30, globals=((0,),)),

    # --- BERT as it is -------------------------------------------------------------------------------
    Case("bert-bare-with-pooler",
         "positions count from row 0 whatever is padding; attention probabilities; the pooler takes a padded token too",
         **BERT, convert=False, architecture="Model", attentions=True, length=14, batch=3, positions=14,
         masked=(range(11, 14), range(0, 4), (5, 6, 9)), pad_ids=(range(11, 14), range(0, 4), NONE)),
    Case("bert-masked-lm-relu", "the language-model head follows hidden_act, here relu; small tables show the epsilon",
         **BERT, convert=False, activation="relu", table_scale=0.1, positions=30, length=19, batch=2,
         masked=(NONE, range(15, 19)), pad_ids=(NONE, range(15, 19))),
    Case("bert-sequence-classification", "one linear layer on the pooled first token", **BERT, convert=False,
         architecture="ForSequenceClassification", labels=5, length=17, batch=2, masked=(NONE, range(13, 17)),
         pad_ids=(NONE, range(13, 17))),
    Case("bert-token-classification", "a label per token; position ids in no order, given by the caller", **BERT,
         convert=False, architecture="ForTokenClassification", labels=7, explicit_positions=True, length=18),
    Case("bert-question-answering", "two numbers per token", **BERT, convert=False,
         architecture="ForQuestionAnswering", length=18, batch=2, separators=((5, 17), (8, 17))),
    Case("bert-multiple-choice", "two choices a row, each by its pooled first token", **BERT, convert=False,
         architecture="ForMultipleChoice", length=12, batch=4, choices=2, masked=(NONE, (10, 11), NONE, NONE),
         pad_ids=(NONE, (10, 11), NONE, NONE)),
    Case("bert-one-token", "a single token, which sees itself alone", **BERT, convert=False, length=1),

    # --- BERT through a conversion -------------------------------------------------------------------
    Case("bert-bare-after-conversion", "a row of zeros goes in front of the positions; the pooler is carried", **BERT,
         architecture="Model", positions=13, window=(4, 8), max_positions=40, length=31, batch=2,
         masked=(NONE, range(25, 31)), pad_ids=(NONE, range(25, 31)), globals=((0, 17), (0,))),
    Case("bert-masked-lm-after-conversion", "pad id 4, so that five rows go in front; the head gets RoBERTa's names",
         **BERT | dict(pad=4), positions=11, window=(8, 4), max_positions=30, length=29, globals=((0,),)),
    Case("bert-token-classification-after-conversion", "a label per token; no token type given", positions=20,
         **BERT | dict(token_types=False), architecture="ForTokenClassification", labels=3, window=6,
         max_positions=45, length=33, globals=((0, 32),)),
    Case("bert-question-answering-after-conversion", "BERT's own separator tells the default global tokens", **BERT,
         architecture="ForQuestionAnswering", window=(4, 8), positions=16, max_positions=40, length=27, batch=2,
         separators=((6, 7, 26), (9, 10, 26))),
    Case("bert-multiple-choice-after-conversion", "the same for choices, by the pooled first token", **BERT,
         architecture="ForMultipleChoice", window=(4, 8), positions=16, max_positions=40, length=21, batch=4,
         choices=2, separators=((12, 13, 20), (15, 16, 20), (11, 12, 20), (17, 18, 20))),
    Case("bert-sequence-classification-after-conversion",
         "a cross-encoder: pooler and classifier are the two layers of a Longformer's head", **BERT,
         architecture="ForSequenceClassification", labels=1, window=(4, 8), positions=16, max_positions=40, length=33,
         batch=2, masked=(NONE, range(26, 33)), pad_ids=(NONE, range(26, 33))),
    Case("bert-bare-swish", "hidden_act swish, by a kernel of its own", **BERT, convert=False, architecture="Model",
         activation="swish", positions=30, length=19),

    # --- BERTs and RoBERTas under other names ---------------------------------------------------------
    Case("distilbert-masked-lm", "names and configuration fields of its own, no token types", **DISTILBERT,
         convert=False, activation="relu", positions=22, length=19, batch=2, masked=(NONE, range(15, 19)),
         pad_ids=(NONE, range(15, 19))),
    Case("distilbert-sequence-classification", "two layers with relu between them, which no Longformer has", **DISTILBERT,
         convert=False, architecture="ForSequenceClassification", labels=3, positions=22, length=17),
    Case("distilbert-multiple-choice", "the same for choices", **DISTILBERT, convert=False,
         architecture="ForMultipleChoice", positions=22, length=12, batch=4, choices=2),
    Case("distilbert-bare-after-conversion", "no pooler, no token types; a row of zeros in front", **DISTILBERT,
         architecture="Model", positions=13, window=(4, 8), max_positions=40, length=31, globals=((0, 17),)),
    Case("distilbert-masked-lm-after-conversion", "the head gets RoBERTa's names", **DISTILBERT, positions=13,
         window=(8, 4), max_positions=40, length=29, globals=((0,),)),
    Case("distilbert-question-answering-after-conversion", "two numbers per token", **DISTILBERT,
         architecture="ForQuestionAnswering", window=(4, 8), positions=16, max_positions=40, length=27, batch=2,
         separators=((6, 7, 26), (9, 10, 26))),
    Case("electra-masked-lm", "a generator, whose head has gelu whatever hidden_act says", **ELECTRA, convert=False,
         activation="relu", positions=22, length=19),
    Case("electra-sequence-classification", "gelu between the head's two layers, which no Longformer has", **ELECTRA,
         convert=False, architecture="ForSequenceClassification", labels=3, positions=22, length=17),
    Case("electra-multiple-choice", "the first token's summary, by gelu", **ELECTRA, convert=False,
         architecture="ForMultipleChoice", positions=22, length=12, batch=4, choices=2),
    Case("electra-masked-lm-after-conversion", "the generator's head gets RoBERTa's names, hidden_act stays relu",
         **ELECTRA, activation="relu", positions=13, window=(8, 4), max_positions=40, length=29, globals=((0,),)),
    Case("electra-token-classification-after-conversion", "a label per token", **ELECTRA,
         architecture="ForTokenClassification", labels=3, window=6, positions=20, max_positions=45, length=33,
         globals=((0, 32),)),
    Case("ernie-sequence-classification", "a BERT under another prefix", **ERNIE, convert=False,
         architecture="ForSequenceClassification", labels=3, positions=22, length=17),
    Case("ernie-sequence-classification-after-conversion", "the same through a conversion", **ERNIE,
         architecture="ForSequenceClassification", labels=3, window=(4, 8), positions=16, max_positions=40, length=29),
    Case("data2vec-text-masked-lm", "a RoBERTa under another prefix", **SMALL, source="data2vec-text", types=2,
         convert=False, positions=22, length=19),
    Case("data2vec-text-sequence-classification-after-conversion", "the same through a conversion", **SMALL,
         source="data2vec-text", architecture="ForSequenceClassification", labels=3, window=(4, 8), positions=16,
         max_positions=40, length=29),
    Case("dpr-question-encoder", "a BERT without a head under a name of its own", **DPR, convert=False,
         architecture="QuestionEncoder", positions=22, length=17),
    Case("dpr-context-encoder-after-conversion", "the same through a conversion", **DPR,
         architecture="ContextEncoder", positions=13, window=(4, 8), max_positions=40, length=31, globals=((0, 17),)),

    # --- patterns by name (Specs/attention.md) -------------------------------------------------------
    Case("pattern-blockwise-two-of-twelve-heads",
         "twelve heads, of which two look at the other half; a ragged length; padding on the right, in gaps, a whole row",
         convert=False, attention="blockwise:2", hidden=36, heads=12, intermediate=24, vocab=32, length=27, positions=27,
         attentions=True, batch=4, masked=(NONE, range(21, 27), (3, 4, 14, 20), range(27)),
         pad_ids=(NONE, range(21, 27), NONE, range(27))),
    Case("pattern-blockwise-three-padded-block",
         "three blocks of 8 or 7 tokens; a block of padding alone, to which some heads look and get nothing",
         convert=False, attention="blockwise:3", **SMALL | dict(hidden=24, heads=4), length=23, positions=23, batch=2,
         masked=(NONE, range(14, 23)), pad_ids=(NONE, range(14, 23))),
    Case("pattern-blockwise-globals-own-projections",
         "a Longformer in blocks, with global tokens through projections of its own", **LONGFORMER,
         attention="blockwise:2+global:0,17", length=30, positions=30, batch=2, attentions=True,
         masked=(NONE, range(24, 30)), pad_ids=(NONE, range(24, 30))),
    Case("pattern-recurrence-memory-of-two-segments",
         "segments of 8 that remember the 13 positions before them; the last segment is short", convert=False,
         attention="recurrence:8:13", **SMALL, length=37, positions=37, batch=3, attentions=True,
         masked=(NONE, range(31, 37), (0, 1, 9, 18)), pad_ids=(NONE, range(31, 37), NONE)),
    Case("pattern-recurrence-causal-globals", "no key after the query, and the first token global", **LONGFORMER,
         autoregressive=True, attention="recurrence:6:6+global:first", **SMALL, length=25, positions=25, batch=2,
         attentions=True, masked=(NONE, (7, 8, 22, 23, 24))),
    Case("pattern-recurrence-without-memory", "segments that see themselves alone", convert=False,
         attention="recurrence:10:0", **SMALL, length=24, positions=24, batch=2, masked=(NONE, range(19, 24)),
         pad_ids=(NONE, range(19, 24))),
    Case("pattern-bigbird", "blocks of 4 and one random one, as the stock class computes them outside of training",
         **BERT, convert=False, attention="bigbird:4:1", layers=3, length=45, positions=48, batch=3,
         masked=(NONE, range(38, 45), (0, 5, 6, 20)), pad_ids=(NONE, range(38, 45), NONE)),
    Case("pattern-bigbird-three-random", "the first block counts four times", **BERT, convert=False,
         architecture="Model", attention="bigbird:2:3", length=34, positions=34, batch=2,
         masked=(NONE, range(29, 34)), pad_ids=(NONE, range(29, 34))),
    Case("pattern-bigbird-short", "an input so short that the stock class turns to full attention", **BERT,
         convert=False, attention="bigbird:4:1", length=26, positions=28),
    Case("pattern-bigbird-roberta", "the same on a RoBERTa, whose positions count from pad + 1", convert=False,
         attention="bigbird:3:2", **SMALL, length=41, positions=41, batch=2, attentions=True,
         masked=(NONE, range(35, 41)), pad_ids=(NONE, range(35, 41))),
    Case("pattern-lsh-two-rounds", "queries and keys hashed alike and sorted apart; a ragged length, padding, gaps",
         convert=False, attention="lsh:4:2", **SMALL, length=30, positions=30, batch=3, attentions=True,
         masked=(NONE, range(23, 30), (2, 3, 11, 20)), pad_ids=(NONE, range(23, 30), NONE)),
    Case("pattern-lsh-globals-three-rounds", "a Longformer hashed in three rounds; global tokens count once",
         **LONGFORMER, attention="lsh:5:3+global:0,12", **SMALL, length=33, positions=33, batch=2, attentions=True,
         masked=(NONE, range(27, 33)), pad_ids=(NONE, range(27, 33))),
    Case("pattern-lsh-one-chunk", "a chunk as long as the input sees all of it", convert=False,
         attention="lsh:19:2", **SMALL, length=19, positions=19),
    Case("pattern-lsh-factored-buckets", "so many buckets that they are hashed in two factors", convert=False,
         attention="lsh:2:2", **SMALL, length=37, positions=37, masked=((30, 31),)),
    Case("pattern-lsh-shared-two-rounds", "Reformer's own rule: the key is the query, its own position comes last",
         convert=False, attention="lsh-shared:4:2", sharpness=4.0, **SMALL, length=32, positions=32, batch=3, attentions=True,
         masked=(NONE, range(25, 32), (2, 3, 11, 20)), pad_ids=(NONE, range(25, 32), NONE)),
    Case("pattern-lsh-shared-one-round-ragged", "one round, a ragged length, and a token that sees itself alone",
         convert=False, attention="lsh-shared:4:1", sharpness=4.0, **SMALL, length=29, positions=29, batch=2, attentions=True,
         masked=(NONE, range(1, 29)), pad_ids=(NONE, range(1, 29))),
    Case("pattern-full-on-longformer", "a Longformer with full attention, through its local projections",
         **LONGFORMER, attention="full", **SMALL, length=22, positions=22, batch=3, attentions=True,
         masked=(NONE, range(17, 22), range(22)), pad_ids=(NONE, range(17, 22), range(22))),
    Case("pattern-window-globals-on-roberta", "a RoBERTa in windows by layer; its global projections are copies",
         convert=False, attention="window:4/8+global:first", **SMALL, length=31, positions=31, batch=2,
         attentions=True, masked=(NONE, (9, 29, 30))),
    Case("pattern-dilated-on-roberta", "a RoBERTa in a window with gaps", convert=False, attention="dilated:6:3",
         **SMALL, length=35, positions=35, batch=2, attentions=True, masked=(NONE, (9, 33, 34))),
)
