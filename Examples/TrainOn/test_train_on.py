"""What train_on.py promises, on models of two layers: python -m unittest test_train_on.py"""

import contextlib
import io
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import torch
import transformers
from safetensors.torch import load_file
from transformers import LongformerConfig, LongformerForMaskedLM

import train_on
from short_model import make_tokenizer

HERE = pathlib.Path(__file__).resolve().parent
SHORT, LONG, HIDDEN, VOCABULARY = 8, 32, 16, 300
SMALL = ["--updates", "6", "--batch", "4", "--learning-rate", "1e-2", "--save-every", "2"]
INTERRUPTED = """
import os, sys, train_on
number, said = int(sys.argv.pop(1)), train_on.Watch.on_log
def on_log(self, args, state, *rest, **more):
    said(self, args, state, *rest, **more)
    if state.global_step == 3:
        os.kill(os.getpid(), number)
train_on.Watch.on_log = on_log
sys.exit(train_on.main())
"""


def make_model(folder, text):
    """A converted model as lfconv writes it: positions repeated, global projections copied; with dropout."""
    tokenizer = make_tokenizer(text, VOCABULARY, LONG)
    transformers.set_seed(1)
    model = LongformerForMaskedLM(LongformerConfig(
        vocab_size=len(tokenizer), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LONG + 2, type_vocab_size=1, layer_norm_eps=1e-5, attention_window=[4, 8],
        pad_token_id=1, bos_token_id=0, eos_token_id=2, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1))
    with torch.no_grad():
        rows = train_on.position_table(model)[2:]
        rows.copy_(rows[:SHORT].repeat(LONG // SHORT, 1))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


class TrainOn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.text = cls.folder / "text.txt"
        cls.text.write_text("".join(f"def f{n}(x):⏎    return x * {n % 7} + {n % 3}\n" for n in range(300)),
                            encoding="utf-8")
        cls.model = cls.folder / "long"
        make_model(cls.model, cls.text)
        cls.whole = cls.folder / "whole"
        cls.told = cls.run_here(cls.whole, *SMALL)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def command(cls, output, *options):
        return ["train_on.py", str(cls.model), "--text", str(cls.text), "-o", str(output), *options]

    @classmethod
    def run_here(cls, output, *options):
        """The program in this process → what it prints."""
        told, before = io.StringIO(), (sys.argv, signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
        sys.argv = cls.command(output, *options)
        try:
            with contextlib.redirect_stdout(told):
                train_on.main()
        finally:
            sys.argv = before[0]
            signal.signal(signal.SIGINT, before[1])
            signal.signal(signal.SIGTERM, before[2])
        return told.getvalue()

    def interrupted(self, output, number):
        """Starts the program, which sends itself a signal in its third update, and gives its exit code."""
        command = [sys.executable, "-c", INTERRUPTED, str(int(number)), *self.command(output, *SMALL)[1:]]
        return subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=False).returncode

    def assert_same_weights(self, one, other):
        first, second = (load_file(folder / "model.safetensors") for folder in (one, other))
        self.assertEqual(first.keys(), second.keys())
        for name, tensor in first.items():
            self.assertTrue(torch.equal(tensor, second[name]), name)

    def test_writes_a_folder_like_the_one_it_was_given(self):
        names = {path.name for path in self.model.iterdir()} - {"generation_config.json"}
        self.assertEqual({path.name for path in self.whole.iterdir()} - {"generation_config.json"}, names)
        self.assertEqual((self.whole / "tokenizer.json").read_bytes(), (self.model / "tokenizer.json").read_bytes())
        before, after = (json.loads((folder / "config.json").read_text()) for folder in (self.model, self.whole))
        self.assertEqual({name: value for name, value in before.items() if after.get(name) != value}, {})
        self.assertFalse((self.folder / "whole.checkpoints").exists())

    def test_learns_and_leaves_the_global_projections_behind(self):
        before, after = (load_file(folder / "model.safetensors") for folder in (self.model, self.whole))
        for name, tensor in before.items():
            self.assertEqual(torch.equal(tensor, after[name]), "_global" in name, name)

    def test_the_loss_is_the_mean_of_the_parts(self):
        losses = [float(line.split("loss ")[1].split(",")[0]) for line in self.told.splitlines() if "loss " in line]
        self.assertEqual(len(losses), 6)
        self.assertLess(abs(losses[0] - math.log(VOCABULARY)), 0.5)  # not twice as much, with two parts an update

    def test_the_loss_is_that_of_the_class(self):
        model, tokenizer = train_on.load(self.model)
        rows, _ = train_on.read_rows(self.text, tokenizer, LONG)
        data = train_on.Masked(rows, tokenizer, train_on.Settings(updates=1, batch=3, mask=0.3))
        batch = transformers.default_data_collator([data[row] for row in range(3)])
        self.assertTrue(((batch["labels"] == -100) | (batch["labels"] == rows[data.order[:3]])).all())
        with torch.no_grad():
            torch.testing.assert_close(train_on.masked_loss(model.eval(), batch), model(**batch).loss)

    def test_goes_on_with_the_same_bits_after_an_interruption(self):
        output = self.folder / "interrupted"
        self.assertEqual(self.interrupted(output, signal.SIGTERM), 128 + signal.SIGTERM)
        self.assertFalse(output.exists())
        self.assertIn("goes on", self.run_here(output, *SMALL))
        self.assert_same_weights(output, self.whole)

    @unittest.skipUnless(hasattr(os, "kill"), "needs signals")
    def test_goes_on_from_the_last_checkpoint_after_a_crash(self):
        output = self.folder / "killed"
        self.assertEqual(self.interrupted(output, signal.SIGKILL), -signal.SIGKILL)
        self.assertIn("goes on", self.run_here(output, *SMALL))
        self.assert_same_weights(output, self.whole)

    def test_another_setting_is_no_continuation(self):
        checkpoints = self.folder / "other.checkpoints"
        checkpoints.mkdir()
        (checkpoints / "settings.json").write_text("{}")
        with self.assertRaisesRegex(train_on.Refused, "another .*learning_rate"):
            self.run_here(self.folder / "other", *SMALL)

    def test_only_new_positions(self):
        output = self.folder / "positions"
        told = self.run_here(output, "--only-new-positions", *SMALL)
        self.assertIn(f"of which {SHORT} are the source's", told)
        before, after = (load_file(folder / "model.safetensors") for folder in (self.model, output))
        for name, tensor in before.items():
            if "position_embeddings" in name:
                self.assertTrue(torch.equal(tensor[:2 + SHORT], after[name][:2 + SHORT]))
                self.assertFalse((tensor[2 + SHORT:] == after[name][2 + SHORT:]).all(dim=1).any())
            else:
                self.assertTrue(torch.equal(tensor, after[name]), name)

    def test_checkpointing_changes_memory_alone(self):
        output = self.folder / "checkpointing"
        self.run_here(output, "--checkpointing", *SMALL)
        one, other = (load_file(folder / "model.safetensors") for folder in (self.whole, output))
        for name, tensor in one.items():
            torch.testing.assert_close(tensor, other[name], atol=1e-5, rtol=1e-4, msg=name)

    def test_mixed_precision(self):
        self.run_here(self.folder / "bf16", "--precision", "bf16", *SMALL)
        self.assertTrue(all(tensor.dtype == torch.float32 and tensor.isfinite().all()
                            for tensor in load_file(self.folder / "bf16" / "model.safetensors").values()))

    def test_an_estimate_trains_nothing(self):
        told = self.run_here(self.folder / "estimate", "--estimate", *SMALL)
        self.assertRegex(told, r"estimate  [\d.]+ s an update, \d+ s for 6; [\d.]+ GB of memory")
        self.assertFalse((self.folder / "estimate").exists() or (self.folder / "estimate.checkpoints").exists())

    def test_refusals(self):
        for options, reason in ((["--batch", "3"], "no multiple"), (["--updates", "0"], "1 or more"),
                                (["--length", "33"], "1 to 32"), (["--mask", "1"], "between 0 and 1"),
                                (["--only-new-positions", "--first-new-position", "32"], "1 to 31")):
            with self.subTest(options), self.assertRaisesRegex(train_on.Refused, reason):
                self.run_here(self.folder / "refused", *options)
        with self.assertRaisesRegex(train_on.Refused, "exists already"):
            self.run_here(self.whole)
        headless = self.folder / "headless"
        LongformerForMaskedLM.from_pretrained(self.model).longformer.save_pretrained(headless)
        with self.assertRaisesRegex(train_on.Refused, "missing keys: lm_head"):
            train_on.load(headless)


if __name__ == "__main__":
    unittest.main()
