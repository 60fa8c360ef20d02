"""Other families, in the terms of the two that they are: a BERT or a RoBERTa under names and fields of their own.

A case's model is made, and its truth computed, as a BERT or a RoBERTa. What a user would have is spelt from that here,
and stock Hugging Face runs what was spelt: that it agrees in float64 shows that the names mean what is said here.
"""

import numpy as np

# What a source is, and how the names of its classes begin.
KINDS = {"roberta": "roberta", "data2vec-text": "roberta", "bert": "bert", "distilbert": "bert", "electra": "bert",
         "ernie": "bert", "dpr": "bert", "longformer": "longformer"}
STEMS = {"roberta": "Roberta", "data2vec-text": "Data2VecText", "bert": "Bert", "distilbert": "DistilBert",
         "electra": "Electra", "ernie": "Ernie", "dpr": "DPR", "longformer": "Longformer"}
# Heads for sequences and choices: two layers of their own, with this between them.
HEAD_ACTIVATIONS = {"distilbert": "relu", "electra": "gelu"}
WITHOUT_POOLER = ("distilbert", "electra", "dpr")
WITHOUT_TYPES = ("distilbert",)
# The masked-LM head has it whatever hidden_act says; a BERT's follows hidden_act.
LM_ACTIVATIONS = {"electra": "gelu"}

DISTILBERT_FIELDS = {
    "hidden_size": "dim", "num_hidden_layers": "n_layers", "num_attention_heads": "n_heads",
    "intermediate_size": "hidden_dim", "hidden_act": "activation", "hidden_dropout_prob": "dropout",
    "attention_probs_dropout_prob": "attention_dropout"}

# The start of a BERT's or RoBERTa's name → in the family; the first that fits.
DISTILBERT_NAMES = {
    "cls.predictions.bias": "vocab_projector.bias", "cls.predictions.transform.dense.": "vocab_transform.",
    "cls.predictions.transform.LayerNorm.": "vocab_layer_norm.", "classifier.dense.": "pre_classifier.",
    "classifier.out_proj.": "classifier."}
DISTILBERT_LAYER = {
    "attention.self.query": "attention.q_lin", "attention.self.key": "attention.k_lin",
    "attention.self.value": "attention.v_lin", "attention.output.dense": "attention.out_lin",
    "attention.output.LayerNorm": "sa_layer_norm", "intermediate.dense": "ffn.lin1",
    "output.dense": "ffn.lin2", "output.LayerNorm": "output_layer_norm"}
ELECTRA_NAMES = {
    "cls.predictions.bias": "generator_lm_head.bias", "cls.predictions.transform.": "generator_predictions."}
ELECTRA_CHOICE = {"classifier.dense.": "sequence_summary.summary.", "classifier.out_proj.": "classifier."}


def two_layers(source, head):
    """Whether a BERT-like source's head has layers of its own, and no pooler."""
    return source in HEAD_ACTIVATIONS and head in ("SequenceClassification", "MultipleChoice")


def reference_fields(source):
    """What the reference has to know beside a BERT's configuration."""
    return {name: table[source] for name, table in
            (("head_activation", HEAD_ACTIVATIONS), ("lm_head_activation", LM_ACTIVATIONS)) if source in table}


def spelt_config(case, config):
    """The family's `config.json` from a BERT's or RoBERTa's."""
    source = case.source
    if source == KINDS[source]:
        return config
    own = dict(config, model_type=source, architectures=[STEMS[source] + case.architecture])
    if source == "distilbert":
        own = {DISTILBERT_FIELDS.get(name, name): value for name, value in own.items()}
        for name in ("layer_norm_eps", "type_vocab_size", "position_embedding_type", "use_cache"):
            del own[name]
        own |= {"sinusoidal_pos_embds": False, "qa_dropout": 0.1, "seq_classif_dropout": 0.2}
    if source == "electra":
        own |= {"embedding_size": config["hidden_size"], "summary_activation": "gelu", "summary_type": "first",
                "summary_use_proj": True}
    if source == "ernie":
        own |= {"use_task_id": False, "task_type_vocab_size": 3}
    if source == "dpr":
        own |= {"projection_dim": 0, "architectures": ["DPR" + case.architecture]}
    return dict(sorted(own.items()))


def spelt_name(case, name):
    """A BERT's or RoBERTa's name in the family's spelling."""
    source, kind = case.source, KINDS[case.source]
    table, prefix = {}, source + "."
    if source == "distilbert":
        table = DISTILBERT_NAMES
    elif source == "electra":
        table = ELECTRA_NAMES | (ELECTRA_CHOICE if case.architecture == "ForMultipleChoice" else {})
    elif source == "data2vec-text":
        prefix = "data2vec_text."
    elif source == "dpr":
        prefix = {"ContextEncoder": "ctx_encoder.", "QuestionEncoder": "question_encoder."}[case.architecture] + "bert_model."
    if source == "dpr":
        name = kind + "." + name  # a bare model's, which has no prefix
    for start, other in table.items():
        if name.startswith(start):
            return other + name[len(start):]
    if name.startswith(kind + "."):
        name = prefix + name[len(kind) + 1:]
    if source == "distilbert" and "encoder.layer." in name:
        front, rest = name.split("encoder.layer.")
        index, rest = rest.split(".", 1)
        ours = next(part for part in DISTILBERT_LAYER if rest.startswith(part + "."))
        return f"{front}transformer.layer.{index}.{DISTILBERT_LAYER[ours]}{rest[len(ours):]}"
    return name


def spelt_tensors(case, tensors):
    """The family's tensors from a BERT's or RoBERTa's."""
    if case.source == KINDS[case.source]:
        return tensors
    return {spelt_name(case, name): value for name, value in tensors.items()
            if not (case.source in WITHOUT_TYPES and name.endswith("token_type_embeddings.weight"))}


def without_types(case, tensors):
    """Zeros in the table of token types, where the family has none."""
    if case.source in WITHOUT_TYPES:
        name = next(name for name in tensors if name.endswith("token_type_embeddings.weight"))
        tensors[name] = np.zeros_like(tensors[name])
    return tensors
