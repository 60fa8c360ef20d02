#!/usr/bin/env python3
"""What a conversion would be without repeated positions: the same model with random new ones.

    python random_positions.py long -o random

For comparison only: it shows what repeating the position embeddings is worth.
"""

import argparse
import pathlib
import sys

import torch
import transformers

from train_on import Refused, carry_tokenizer, load, position_table, reserved_rows, source_positions


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model, _ = load(arguments.model)
    reserved = reserved_rows(model.config)
    table = position_table(model)
    known = source_positions(table, reserved)
    if known is None:
        raise Refused(f"{arguments.model}: its position embeddings repeat nothing")
    transformers.set_seed(0)
    with torch.no_grad():
        table[reserved + known:].normal_(0, model.config.initializer_range)
    model.save_pretrained(arguments.output)
    carry_tokenizer(arguments.model, arguments.output)
    print(f"wrote {arguments.output}: positions from {known} on are random")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as error:
        sys.exit(f"random_positions.py: {error}")
