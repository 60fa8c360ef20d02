#!/usr/bin/env python3
"""Loads a folder with stock Hugging Face classes, and foretells a masked token beyond what the short model reads.

    python stock.py final --text text/held-out.txt
"""

import argparse
import pathlib
import sys

import torch
import transformers
from transformers import AutoTokenizer, LongformerForMaskedLM
from transformers import LongformerForQuestionAnswering, LongformerForSequenceClassification


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("--text", type=pathlib.Path, required=True, metavar="FILE")
    arguments = parser.parse_args()

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model, loading = LongformerForMaskedLM.from_pretrained(arguments.model, output_loading_info=True)
    for kind, names in loading.items():
        print(f"LongformerForMaskedLM: {kind.replace('_', ' ')}: {', '.join(map(str, sorted(names))) or 'none'}")
    # A head that is not trained yet is new, and nothing else may be.
    others = []
    for head in (LongformerForSequenceClassification, LongformerForQuestionAnswering):
        _, found = head.from_pretrained(arguments.model, output_loading_info=True)
        new = sorted(map(str, found["missing_keys"]))
        print(f"{head.__name__}: new: {', '.join(new)}")
        others += [name for name in new if not name.startswith(("classifier.", "qa_outputs."))]

    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    with arguments.text.open(encoding="utf-8", newline="\n") as lines:
        text = max((line.rstrip("\n") for line in lines), key=len)
    ids = torch.tensor([tokenizer(text, truncation=True, verbose=False)["input_ids"]])  # [1,S]
    length = ids.shape[1]
    for position in (length // 4, length // 2, length * 3 // 4):
        masked = ids.clone()
        masked[0, position] = tokenizer.mask_token_id
        with torch.no_grad():
            best = int(model.eval()(masked).logits[0, position].argmax())
        print(f"token {position} of {length}: is {tokenizer.decode(ids[0, position:position + 1])!r}, "
              f"foretold {tokenizer.decode([best])!r}")
    return 1 if others or any(loading.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
