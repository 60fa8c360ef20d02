#!/usr/bin/env python3
"""Make the golden cases, or check that the committed ones are what this script makes.

    python generate.py                    write every case into Golden/cases
    python generate.py --only NAME …      write these only
    python generate.py --check            make them anew elsewhere and compare; exit 1 on a difference
    python generate.py --list             names and what they show
    python generate.py --table            the table of PROVENANCE.md, from the committed cases
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import safetensors
import torch
import transformers
from safetensors.numpy import save_file

import huggingface
from cases import CASES
from compare import compare_cases
from conversion import to_longformer
from dense_reference import DenseReference
from families import reference_fields, spelt_config, spelt_tensors
from pattern_reference import MARGIN, PatternReference, parse, seeded_rotations
from stock_patterns import recurrent_states, reformer_error, run_bigbird
from models import generator, make_config, make_inputs, make_tensors, seed_of
from sources import (WRITERS, digests, write_digests, write_json, write_safetensors_folder, write_tensors,
                     write_tokenizer)

COMMITTED = pathlib.Path(__file__).resolve().parent.parent / "cases"
TOLERANCE = {"atol": 2e-5, "rtol": 2e-5}
FLOAT64_LIMIT = 5e-6  # stock Hugging Face in float64, whose softmax is float32
EXACT_LIMIT = 1e-11  # the same with its softmax in float64 too
ENTROPY_LIMIT = 0.7  # 1 would be uniform attention
LARGEST_VALUE = 16.0


def versions():
    return {"numpy": np.__version__, "safetensors": safetensors.__version__,
            "torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "python": ".".join(map(str, sys.version_info[:2]))}


def jsonable(value):
    """Tuples become lists, so that what is compared with a file read back is equal to it."""
    return json.loads(json.dumps(value))


def run_huggingface(config, folder, inputs, truth, attentions):
    """Stock Hugging Face on the same folder → (what was run, the largest errors in three arithmetics)."""
    # Only its eager attention hands out probabilities, and hides keys in the way that the reference follows.
    model = huggingface.load(folder, **({"attn_implementation": "eager"} if attentions else {}))

    def errors_of():
        return huggingface.largest_errors(huggingface.run(model, inputs, attentions), truth)

    note = f"transformers.{type(model).__name__}: nothing missing, nothing unexpected, every output within its limit"
    length = inputs["input_ids"].shape[-1]
    if not huggingface.pads_enough(config, length):
        note += f"; given masked padding to a multiple of {huggingface.common_multiple(config)}, without which it fails"

    errors = {"hf_float32_max_abs_error": errors_of()}
    model = model.double()
    errors["hf_float64_max_abs_error"] = errors_of()
    with huggingface.softmax_in_float64():
        errors["hf_float64_softmax_max_abs_error"] = errors_of()
    for kind, limit in (("hf_float64_max_abs_error", FLOAT64_LIMIT),
                        ("hf_float64_softmax_max_abs_error", EXACT_LIMIT)):
        for name, error in errors[kind].items():
            assert error <= limit, f"{kind} of {name}: {error:g} > {limit:g}"
    return note, errors


def pattern_of(case, config, tensors, inputs):
    """The reference of a case that names a pattern; LSH's hyperplanes become an input, from seed 0."""
    kind, numbers, _ = parse(case.attention)
    rotations = None
    if kind.startswith("lsh"):
        size = config["hidden_size"] // config["num_attention_heads"]
        rotations = seeded_rotations(0, config["num_hidden_layers"], config["num_attention_heads"], size, numbers[1],
                                     case.length, numbers[0])
        inputs["lsh_rotations"] = rotations
    return PatternReference(config, tensors, case.attention, rotations)


def check_pattern(case, config, tensors, inputs, reference, truth):
    """Hold the reference of a pattern against what else computes it → (what was run, errors)."""
    assert reference.narrowest > MARGIN, f"a bucket is chosen by {reference.narrowest:.1e} only"
    kind = reference.kind
    if kind == "bigbird" and config["model_type"] == "bert":
        errors = huggingface.largest_errors(run_bigbird(config, tensors, inputs, case.attention), truth)
        if reference.is_full(case.length):
            # Full attention lets padded queries look around.
            assert "attention_mask" not in inputs
        note = "transformers.BigBird" + config["architectures"][0].removeprefix("Bert") + " in evaluation mode"
    elif kind == "lsh-shared" and case.length % reference.numbers[0] == 0:
        keep = inputs.get("attention_mask", np.ones_like(inputs["input_ids"])) != 0
        errors = {"context": reformer_error(reference, truth, keep, inputs["lsh_rotations"])}
        note = "transformers' LSHSelfAttention, layer by layer"
    elif kind == "recurrence" and not reference.globals:
        errors = {"hidden_states": recurrent_states(reference, inputs, truth)}
        note = "not run: stock transformers no longer have it; the same from segments one by one with cached layer inputs"
    else:
        return "not run: stock transformers have no such pattern for these weights", {}
    for name, error in errors.items():
        assert error <= EXACT_LIMIT, f"{name} of {case.name}: {error:g} > {EXACT_LIMIT:g}"
    return note, {"hf_float64_softmax_max_abs_error": errors}


def write_case(case, out):
    """Write `out/<case>/` anew."""
    folder = out / case.name
    if folder.exists():
        shutil.rmtree(folder)
    source = folder / "source"
    source.mkdir(parents=True)

    rng = generator(case.name)
    config = jsonable(make_config(case))
    tensors = make_tensors(case, config, rng)
    inputs = make_inputs(case, config, rng)
    own_config, own_tensors = jsonable(spelt_config(case, config)), spelt_tensors(case, tensors)
    WRITERS[case.container](source, own_config, own_tensors)
    if case.tokenizer:
        write_tokenizer(source, case.vocab, case.positions)

    record = {"name": case.name, "model": "source"}
    truth_config, truth_tensors = config | reference_fields(case.source), tensors
    if not case.converts():
        target_config, target = own_config, own_tensors
    else:
        record["convert"] = {"attention_window": case.window, "max_positions": case.max_positions}
        if case.dilation is not None:
            record["convert"]["attention_dilation"] = case.dilation
        target_config, target = to_longformer(config, tensors, case.window, case.max_positions, case.dilation)
        target_config = jsonable(target_config)
        truth_config, truth_tensors = target_config, target

    if case.attention:
        record["attention"] = case.attention
    reference = (pattern_of(case, truth_config, truth_tensors, inputs) if case.attention
                 else DenseReference(truth_config, truth_tensors))
    truth = reference.run(inputs, case.attentions)
    if truth_config["architectures"][0] not in ("BertModel", "RobertaModel", "LongformerModel"):
        truth.pop("pooler_output", None)  # inner to the head
    entropy = reference.mean_entropy()
    assert entropy is None or entropy < ENTROPY_LIMIT, f"attention is too even: {entropy:.3f}"
    assert reference.largest < LARGEST_VALUE, f"values are too large: {reference.largest:.1f}"

    weights = folder / f"{target_config['model_type']}.{'json' if case.digests else 'safetensors'}"
    (write_digests if case.digests else write_tensors)(weights, target)
    save_file(inputs, folder / "inputs.safetensors")
    save_file({name: np.ascontiguousarray(value) for name, value in truth.items()}, folder / "expected.safetensors")

    reason, errors = huggingface.refusal(target_config), {}
    note = f"not run: stock transformers cannot compute {reason}"
    if case.attention:
        note, errors = check_pattern(case, target_config, target, inputs, reference, truth)
    elif reason is None:
        with tempfile.TemporaryDirectory() as scratch:
            written = source
            if case.converts():
                written = pathlib.Path(scratch)
                write_safetensors_folder(written, target_config, target)
            note, errors = run_huggingface(target_config, written, inputs, truth, case.attentions)
            if case.digests:
                saved = huggingface.saved_tensors(written)
                assert digests(saved) == digests(target), "stock Hugging Face saves other tensors"
                note += "; what save_pretrained writes has the expected digests"

    models = [weights, *sorted(source.iterdir())]
    record |= {
        "inputs": "inputs.safetensors", "expected": "expected.safetensors",
        "expected_tensors": weights.name, "tolerance": TOLERANCE, "ignore_padding": False,
        "provenance": {
            "shows": case.shows,
            "command": f"python Golden/tools/generate.py --only {case.name}",
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "seed": seed_of(case.name),
            "versions": versions(),
            "truth": f"float64 dense reference, Golden/tools/{'pattern' if case.attention else 'dense'}_reference.py",
            "huggingface": note,
            "measured": {**errors, "mean_normalised_attention_entropy": entropy,
                         "largest_magnitude": reference.largest},
            "sha256": {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                       for path in models},
        },
    }
    write_json(folder / "case.json", jsonable(record))
    return record


def table(root):
    """The Markdown table of the committed cases."""
    lines = ["| case | shows | KB | float32 error | float64 error | … softmax too | entropy |",
             "|---|---|---:|---:|---:|---:|---:|"]
    for case in CASES:
        path = root / case.name / "case.json"
        if not path.exists():
            continue
        provenance = json.loads(path.read_text(encoding="utf-8"))["provenance"]
        measured = provenance["measured"]
        cells = [f"{max(measured[kind].values()):.1e}" if kind in measured else "not run" for kind in
                 ("hf_float32_max_abs_error", "hf_float64_max_abs_error", "hf_float64_softmax_max_abs_error")]
        entropy = measured["mean_normalised_attention_entropy"]
        size = sum(file.stat().st_size for file in path.parent.rglob("*")
                   if file.is_file() and file != path)
        lines.append(f"| `{case.name}` | {provenance['shows']} | {size / 1000:.0f} | " + " | ".join(cells)
                     + f" | {'none' if entropy is None else format(entropy, '.2f')} |")
    return "\n".join(lines) + "\n"


def update_table(root, write):
    """Bring the table between the markers of PROVENANCE.md up to date → whether it already was."""
    path = root.parent / "PROVENANCE.md"
    if not path.exists():
        return True
    text = path.read_text(encoding="utf-8")
    start, end = "<!-- table: generate.py -->\n", "<!-- end of table -->"
    before, _, rest = text.partition(start)
    new = before + start + table(root) + end + rest.partition(end)[2]
    if write:
        path.write_text(new, encoding="utf-8")
    return new == text


def check(cases, root):
    """Print every difference between the committed cases and freshly made ones → the number of them."""
    found = 0
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases:
            write_case(case, pathlib.Path(scratch))
            problems = compare_cases(root / case.name, pathlib.Path(scratch) / case.name)
            found += len(problems)
            print(f"{'differs' if problems else 'same   '}  {case.name}")
            for problem in problems:
                print(f"         {problem}")
    if not update_table(root, write=False):
        found += 1
        print("differs  PROVENANCE.md\n         its table is not that of the committed cases (--table prints it)")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=COMMITTED, help="folder of the case folders (default: Golden/cases)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these cases only")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="compare instead of writing; exit 1 on a difference")
    action.add_argument("--list", action="store_true", help="print the cases; * marks one not written yet")
    action.add_argument("--table", action="store_true", help="print the Markdown table of the cases in --out")
    arguments = parser.parse_args()

    if arguments.list:
        for case in CASES:
            print(f"{' ' if (arguments.out / case.name).exists() else '*'} {case.name}: {case.shows}")
        return 0
    if arguments.table:
        print(table(arguments.out), end="")
        return 0
    wanted = [case for case in CASES if not case.on_request or (arguments.out / case.name).exists()]
    if arguments.only:
        unknown = set(arguments.only) - {case.name for case in CASES}
        if unknown:
            parser.error(f"no such case: {', '.join(sorted(unknown))}")
        wanted = [case for case in CASES if case.name in arguments.only]
    if arguments.check:
        return 1 if check(wanted, arguments.out) else 0
    for case in wanted:
        record = write_case(case, arguments.out)
        print(f"{case.name}: {record['provenance']['huggingface']}")
    update_table(arguments.out, write=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
