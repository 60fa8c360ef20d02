#!/usr/bin/env python3
"""A small RoBERTa from nothing, with a tokenizer of its own: a short model that anyone can make again.

    python short_model.py --text text/train.txt -o short

FILE has one text a line. The result is a Hugging Face folder as any RoBERTa is one.
"""

import argparse
import pathlib
import sys

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

from train_on import Refused, Settings, read_rows, train

INITIAL = 0.05  # RoBERTa's 0.02 is for wider layers; with it narrow ones begin to learn much later
SLOWEST = 20  # tokens a radian of the slowest sinusoid: a wave as long as the rows of 128
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def make_tokenizer(path, vocabulary, length):
    """Byte-level BPE, as RoBERTa has it, learned from the text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.train([str(path)], trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=length, bos_token="<s>", pad_token="<pad>", eos_token="</s>",
        unk_token="<unk>", mask_token="<mask>", cls_token="<s>", sep_token="</s>")


def look_near(model):
    """Lets every token attend to its neighbours from the start.

    Positions begin as sinusoids and keys as copies of the queries, so that what is alike in position is alike in
    attention. A small model that begins at random needs many thousand updates to find out that neighbours matter.
    """
    table = model.roberta.embeddings.position_embeddings
    first = table.padding_idx + 1
    with torch.no_grad():
        place = torch.arange(table.num_embeddings - first).unsqueeze(1)  # [rows, 1]
        rate = SLOWEST ** -torch.linspace(0, 1, table.embedding_dim // 2)  # [H/2], radians a token
        table.weight[first:, 0::2] = INITIAL * 2**0.5 * torch.sin(place * rate)
        table.weight[first:, 1::2] = INITIAL * 2**0.5 * torch.cos(place * rate)
        for layer in model.roberta.encoder.layer:
            attention = layer.attention.self
            attention.query.weight.mul_(2)
            attention.key.weight.copy_(attention.query.weight)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=pathlib.Path, required=True, metavar="FILE", help="one text a line, UTF-8")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="the folder of the model")
    for option, default in (("layers", 4), ("hidden", 128), ("heads", 4), ("vocabulary", 512), ("length", 128)):
        parser.add_argument(f"--{option}", type=int, default=default, help=f"default: {default}")
    Settings.add_options(parser, Settings(updates=2500, batch=16, rows_at_once=16, learning_rate=2e-3, warm_up=100,
                                          decay_power=1, beta2=0.98, clip=1.0, mask=0.3, save_every=250))
    arguments = parser.parse_args()

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    tokenizer = make_tokenizer(arguments.text, arguments.vocabulary, arguments.length)
    rows, texts = read_rows(arguments.text, tokenizer, arguments.length)
    settings = Settings.of(arguments)
    transformers.set_seed(settings.seed)
    model = RobertaForMaskedLM(RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=arguments.hidden, num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.heads, intermediate_size=4 * arguments.hidden,
        max_position_embeddings=arguments.length + tokenizer.pad_token_id + 1, type_vocab_size=1, layer_norm_eps=1e-5,
        initializer_range=INITIAL, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))
    look_near(model)
    print(f"model     RoBERTa, {arguments.layers} layers × {arguments.hidden}, vocabulary {len(tokenizer):,}, "
          f"reads {arguments.length} tokens")
    print(f"text      {arguments.text}: {texts:,} texts, {rows.numel():,} tokens, {len(rows):,} rows of {arguments.length}")
    if train(model, tokenizer, rows, arguments.output, settings, arguments.checkpointing,
             about={"text": str(arguments.text.resolve()), "length": arguments.length, "layers": arguments.layers,
                    "hidden": arguments.hidden, "heads": arguments.heads, "vocabulary": arguments.vocabulary}):
        tokenizer.save_pretrained(arguments.output)
        print(f"wrote     {arguments.output}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as error:
        sys.exit(f"short_model.py: {error}")
