#!/usr/bin/env python3
"""Trains a converted model on, with masked LM and Hugging Face's Trainer.

    python train_on.py long --text text/train.txt -o trained
    python train_on.py long --text text/train.txt -o trained --estimate          what it will cost; trains nothing
    python train_on.py long --text text/train.txt -o trained --only-new-positions

MODEL is a folder that `lfconv roberta-to-longformer MODEL -o FOLDER` or `lfconv convert` wrote, FILE has one text a
line. The defaults are those of the Longformer paper's authors for 3,000 updates of 64 rows; smaller models and smaller
budgets scale them. A run that was interrupted goes on where it was, with the same bits, when the same command is given
again. Interrupt it with Ctrl-C or SIGTERM: it ends the update that it is in and saves it.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import shutil
import signal
import sys
import time

import torch
import transformers
from transformers import AutoModelForMaskedLM, AutoTokenizer, Trainer, TrainingArguments, default_data_collator

PRECISIONS = {"f32": None, "bf16": torch.bfloat16, "f16": torch.float16}


class Refused(Exception):
    """What the user has to change; told without a traceback."""


# --- the model ------------------------------------------------------------------------------------


def load(folder):
    """A folder → its model and tokenizer, with every weight from the file."""
    if not (folder / "config.json").exists():
        raise Refused(f"{folder}: no folder with a config.json; lfconv convert {folder} -o FOLDER makes one of a container")
    model, loading = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if loading[kind]:
            raise Refused(f"{folder}: {kind.replace('_', ' ')}: {', '.join(map(str, sorted(loading[kind])))}; "
                          "masked LM needs a model that was converted with its masked-LM head")
    dilation = getattr(model.config, "attention_dilation", None) or []
    if any(value != 1 for row in dilation for value in (row if isinstance(row, list) else [row])):
        raise Refused(f"{folder}: Hugging Face's classes would train without its attention_dilation")
    return model, AutoTokenizer.from_pretrained(folder)


def reserved_rows(config):
    """Rows of the position table before the first token's."""
    return 0 if config.model_type == "bert" else config.pad_token_id + 1


def longest_input(config):
    return config.max_position_embeddings - reserved_rows(config)


def position_table(model):
    """The position embeddings, [P,H]."""
    return model.base_model.embeddings.position_embeddings.weight


def source_positions(table, reserved):
    """How many rows the source had: the least period of the repeated rows, None where nothing is repeated."""
    rows = table.detach()[reserved:]
    for period in (rows == rows[0]).all(dim=1).nonzero().flatten().tolist()[1:]:
        if torch.equal(rows[period:], rows[:-period]):
            return period
    return None


def train_only_new_positions(model, first):
    """Freezes all but the position rows of tokens from `first` on."""
    reserved = reserved_rows(model.config)
    table = position_table(model)
    known = first or source_positions(table, reserved)
    if known is None:
        raise Refused("its position embeddings repeat nothing; --first-new-position says where the new ones begin")
    if not 0 < known < len(table) - reserved:
        raise Refused(f"--first-new-position takes 1 to {len(table) - reserved - 1}")
    for parameter in model.parameters():
        parameter.requires_grad_(parameter is table)
    old = torch.zeros(len(table), 1)
    old[reserved + known:] = 1
    table.register_hook(lambda gradient: gradient * old.to(gradient))
    return known


# --- the text -------------------------------------------------------------------------------------


def read_rows(path, tokenizer, length):
    """One text a line → rows of `length` ids, [N,length]: all texts one behind the other, cut, the rest left out."""
    ids = []
    with path.open(encoding="utf-8", newline="\n") as lines:
        texts = [line.rstrip("\n") for line in lines]
    for start in range(0, len(texts), 256):
        for row in tokenizer(texts[start:start + 256], return_attention_mask=False, verbose=False)["input_ids"]:
            ids += row
    count = len(ids) // length
    if not count:
        raise Refused(f"{path}: {len(ids)} tokens, which do not fill one row of {length}")
    return torch.tensor(ids[:count * length]).view(count, length), len(texts)


class Masked(torch.utils.data.Dataset):
    """All rows of a training in the order in which they are taken, each with its own masks.

    Row and masks follow from the seed and the number alone, not from what was drawn before: so a run that goes on after
    an interruption sees what it would have seen.
    """

    def __init__(self, rows, tokenizer, settings):
        self.rows, self.settings = rows, settings
        self.mask, self.vocabulary = tokenizer.mask_token_id, len(tokenizer)
        self.special = torch.tensor(tokenizer.all_special_ids)
        self.epoch, self.order = None, None

    def __len__(self):
        return self.settings.updates * self.settings.batch

    def generator(self, *numbers):
        return torch.Generator().manual_seed(hash((self.settings.seed, *numbers)) & (2**63 - 1))

    def __getitem__(self, index):
        epoch, place = divmod(index, len(self.rows))
        if epoch != self.epoch:
            self.epoch, self.order = epoch, torch.randperm(len(self.rows), generator=self.generator(-1, epoch))
        ids = self.rows[self.order[place]]
        # RoBERTa's way: of the tokens to foretell 80 % become the mask, 10 % another token, 10 % stay.
        chance, kind = torch.rand(2, len(ids), generator=self.generator(index))
        chosen = (chance < self.settings.mask) & ~torch.isin(ids, self.special)
        other = torch.randint(self.vocabulary, ids.shape, generator=self.generator(index, 1))
        seen = torch.where(chosen & (kind < 0.8), self.mask, torch.where(chosen & (kind >= 0.9), other, ids))
        return {"input_ids": seen, "labels": torch.where(chosen, ids, -100)}


# --- memory and time ------------------------------------------------------------------------------


def peak_memory(device):
    """Most bytes that were in use so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def masked_loss(model, batch):
    """Cross entropy of the tokens to foretell, [B,S] → a number: that of the class, without logits that nobody asks for.

    The class computes logits for all tokens: for 2 × 4,096 of a vocabulary of 50,000 that is 1.6 GB, of which 15 % count.
    """
    if not hasattr(model, "lm_head"):
        return model(**batch).loss
    chosen = batch["labels"] != -100  # [B,S]
    states = model.base_model(input_ids=batch["input_ids"]).last_hidden_state[chosen]  # [chosen,H]
    return torch.nn.functional.cross_entropy(model.lm_head(states).float(), batch["labels"][chosen])


class MaskedTrainer(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **_):
        return masked_loss(model, inputs)


def estimate(model, batch, device, precision):
    """Measures one part of an update → its seconds, and the bytes of a training: what it took, and the optimizer's."""
    model.to(device).train()
    batch = {name: value.to(device) for name, value in batch.items()}
    narrow = PRECISIONS[precision]
    for _ in range(2):  # the first is slower
        started = time.perf_counter()
        with torch.autocast(device.type, narrow) if narrow else contextlib.nullcontext():
            loss = masked_loss(model, batch)
        loss.backward()
        loss.item()
        seconds = time.perf_counter() - started
        model.zero_grad()
    state = sum(2 * 4 * parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    gradients = state // 2
    return seconds, peak_memory(device) + state + gradients


def clock(seconds):
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


# --- training -------------------------------------------------------------------------------------


@dataclasses.dataclass
class Settings:
    """What decides the result. A run goes on from a checkpoint only with the same."""

    updates: int = 3000
    batch: int = 64
    rows_at_once: int = 2
    learning_rate: float = 3e-5
    warm_up: int = 500
    decay_power: float = 3
    beta2: float = 0.999
    weight_decay: float = 0.01
    clip: float = 5.0
    mask: float = 0.15
    precision: str = "auto"
    save_every: int = 500
    seed: int = 0

    @classmethod
    def add_options(cls, parser, defaults=None):
        defaults = defaults or cls()
        for option, kind, says in (
                ("updates", int, "how often the weights are changed"),
                ("batch", int, "rows of an update"),
                ("rows_at_once", int, "rows that are in memory at once; gradients are summed until a batch is full"),
                ("learning_rate", float, "at its highest"),
                ("warm_up", int, "updates until then, at most a sixth of all"),
                ("decay_power", float, "of the polynomial after it; 0 keeps the learning rate"),
                ("beta2", float, "of AdamW"),
                ("weight_decay", float, "of AdamW"),
                ("clip", float, "largest norm of the gradients"),
                ("mask", float, "part of the tokens that are to be foretold"),
                ("save_every", int, "updates between two checkpoints"),
                ("seed", int, "of masks, dropout and the order of rows")):
            parser.add_argument("--" + option.replace("_", "-"), type=kind, default=getattr(defaults, option),
                                help=f"{says}; default: {getattr(defaults, option):g}")
        parser.add_argument("--precision", choices=["auto", *PRECISIONS], default="auto",
                            help="of the products; auto: bf16 or f16 where a GPU has it, else f32")
        parser.add_argument("--checkpointing", action="store_true",
                            help="compute hidden states twice instead of keeping them: less memory, a third more time")

    @classmethod
    def of(cls, arguments):
        return cls(**{field.name: getattr(arguments, field.name) for field in dataclasses.fields(cls)})

    def check(self):
        for name in ("updates", "batch", "rows_at_once", "save_every"):
            if getattr(self, name) < 1:
                raise Refused(f"--{name.replace('_', '-')} takes 1 or more")
        if self.batch % self.rows_at_once:
            raise Refused(f"--batch {self.batch} is no multiple of --rows-at-once {self.rows_at_once}")
        if not 0 < self.mask < 1:
            raise Refused("--mask takes a number between 0 and 1")
        self.warm_up = min(self.warm_up, self.updates // 6)


def chosen_precision(name, device):
    if name != "auto":
        return name
    if device.type != "cuda":
        return "f32"
    return "bf16" if torch.cuda.is_bf16_supported() else "f16"


class Watch(transformers.TrainerCallback):
    """Prints a line now and then; ends a run in good order on Ctrl-C and SIGTERM."""

    def __init__(self, settings):
        self.every = max(1, settings.updates // 10)
        self.seed = settings.seed
        self.signal = None
        self.began = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.interrupt)

    def interrupt(self, number, _):
        if self.signal:  # the second time it is meant
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.signal = number

    def on_train_begin(self, args, state, control, **_):
        self.began = time.perf_counter(), state.global_step

    def on_log(self, args, state, control, logs, **_):
        if "loss" not in logs:
            return
        started, first = self.began
        each = (time.perf_counter() - started) / max(1, state.global_step - first)
        print(f"update {state.global_step} of {state.max_steps}: loss {float(logs['loss']):.3f}, {each:.2f} s an update, "
              f"{clock(each * (state.max_steps - state.global_step))} to go", flush=True)

    def on_step_begin(self, args, state, control, **_):
        # Dropout follows from the number of the update, as masks do.
        transformers.set_seed(hash((self.seed, state.global_step)) & 0xFFFFFFFF)

    def on_step_end(self, args, state, control, **_):
        if self.signal:
            control.should_save = control.should_training_stop = True


def train(model, tokenizer, rows, output, settings, checkpointing=False, only_estimate=False, about=None, frozen=0):
    """Trains and writes `output`, a folder without a tokenizer. → False where it was interrupted, or only estimated.

    `about` says what else the result depends on; it has to be the same when a run goes on. `frozen` counts numbers of
    trained tensors that stay as they are.
    """
    settings.check()
    if (output / "config.json").exists():
        raise Refused(f"{output} exists already")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = chosen_precision(settings.precision, device)
    if checkpointing:
        model.config.use_cache = False
        model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})
    data = Masked(rows, tokenizer, settings)

    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad) - frozen
    parts = settings.batch // settings.rows_at_once
    print(f"trains    {trained:,} of {sum(parameter.numel() for parameter in model.parameters()):,} parameters")
    print(f"update    {settings.batch} rows, {settings.batch * rows.shape[1]:,} tokens, {settings.rows_at_once} rows at once; "
          f"learning rate {settings.learning_rate:g} after {settings.warm_up} updates, then decay of power "
          f"{settings.decay_power:g}")
    transformers.set_seed(settings.seed)
    seconds, memory = estimate(model, default_data_collator([data[row] for row in range(settings.rows_at_once)]), device,
                               precision)
    print(f"estimate  {seconds * parts:.2f} s an update, {clock(seconds * parts * settings.updates)} for "
          f"{settings.updates}; {memory / 1e9:.1f} GB of memory, {precision} on {device.type}", flush=True)
    if only_estimate:
        return False

    checkpoints = output.with_name(output.name + ".checkpoints")
    same = {**dataclasses.asdict(settings), **(about or {})}
    resume = goes_on(checkpoints, same)
    watch = Watch(settings)
    trainer = MaskedTrainer(
        model=model, train_dataset=data, data_collator=default_data_collator, callbacks=[watch],
        args=TrainingArguments(
            output_dir=str(checkpoints), max_steps=settings.updates, per_device_train_batch_size=settings.rows_at_once,
            gradient_accumulation_steps=parts, learning_rate=settings.learning_rate, warmup_steps=settings.warm_up,
            lr_scheduler_type="polynomial", lr_scheduler_kwargs={"power": settings.decay_power, "lr_end": 0.0},
            weight_decay=settings.weight_decay, adam_beta2=settings.beta2, adam_epsilon=1e-6, max_grad_norm=settings.clip,
            bf16=precision == "bf16", fp16=precision == "f16", use_cpu=device.type == "cpu",
            activation_checkpointing=checkpointing, activation_checkpointing_kwargs={"use_reentrant": False},
            save_steps=settings.save_every, save_total_limit=2, logging_steps=watch.every, seed=settings.seed,
            train_sampling_strategy="sequential", report_to="none", disable_tqdm=True,
            dataloader_pin_memory=device.type == "cuda"))
    trainer.remove_callback(transformers.PrinterCallback)
    # The classes take **kwargs, from which Trainer concludes that the loss is divided by the tokens of the whole update.
    # It is not: gradients and the loss that is printed would be the sum of the parts, not their mean.
    trainer.model_accepts_loss_kwargs = False
    trainer.train(resume_from_checkpoint=resume)
    if watch.signal and trainer.state.global_step < settings.updates:
        print(f"interrupted after update {trainer.state.global_step}; the same command goes on from there", flush=True)
        raise SystemExit(128 + watch.signal)
    trainer.save_model(str(output))
    (output / "training_args.bin").unlink(missing_ok=True)
    shutil.rmtree(checkpoints)
    return True


def goes_on(checkpoints, same):
    """The last whole checkpoint of an interrupted run, None at the beginning."""
    settings = checkpoints / "settings.json"
    if not settings.exists():
        checkpoints.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps(same), encoding="utf-8")
        return None
    before = json.loads(settings.read_text(encoding="utf-8"))
    differing = sorted(name for name in {*before, *same} if before.get(name) != same.get(name))
    if differing:
        raise Refused(f"{checkpoints} is of a run with another {', '.join(differing)}; remove it to begin again")
    last = transformers.trainer_utils.get_last_checkpoint(str(checkpoints))
    if last:
        print(f"goes on   from {last}", flush=True)
    return last


def carry_tokenizer(source, output):
    """Copies what is neither weights nor configuration."""
    for file in source.iterdir():
        if file.is_file() and not file.name.startswith(("model", "config.json", "generation_config.json")):
            shutil.copyfile(file, output / file.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("--text", type=pathlib.Path, required=True, metavar="FILE", help="one text a line, UTF-8")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="the folder of the trained model")
    parser.add_argument("--length", type=int, help="tokens of a row; default: the longest input")
    parser.add_argument("--only-new-positions", action="store_true",
                        help="train the position embeddings beyond the source's, and nothing else")
    parser.add_argument("--first-new-position", type=int, metavar="N",
                        help="where these begin, counted from 0; default: where the rows begin to repeat")
    parser.add_argument("--estimate", action="store_true", help="tell memory and time, and end")
    Settings.add_options(parser)
    arguments = parser.parse_args()

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model, tokenizer = load(arguments.model)
    longest = longest_input(model.config)
    length = arguments.length or longest
    if not 1 <= length <= longest:
        raise Refused(f"--length takes 1 to {longest}, the model's longest input")
    known = None
    if arguments.only_new_positions:
        known = train_only_new_positions(model, arguments.first_new_position)
    rows, texts = read_rows(arguments.text, tokenizer, length)
    print(f"model     {arguments.model}: {model.config.model_type}, {model.config.num_hidden_layers} layers × "
          f"{model.config.hidden_size}, reads {longest:,} tokens" + (f", of which {known} are the source's" if known else ""))
    print(f"text      {arguments.text}: {texts:,} texts, {rows.numel():,} tokens, {len(rows):,} rows of {length:,}")
    kept = position_table(model).detach()[:reserved_rows(model.config) + known].clone() if known else None
    about = {"model": str(arguments.model.resolve()), "text": str(arguments.text.resolve()), "length": length, "new": known}
    settings = Settings.of(arguments)
    if known:
        settings.weight_decay = 0  # it would move the old rows too
    if not train(model, tokenizer, rows, arguments.output, settings, arguments.checkpointing, arguments.estimate, about,
                 frozen=kept.numel() if known else 0):
        return 0
    if known:
        assert torch.equal(position_table(model).detach().cpu()[:len(kept)], kept), "old positions were changed"
    carry_tokenizer(arguments.model, arguments.output)
    print(f"wrote     {arguments.output}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as error:
        sys.exit(f"train_on.py: {error}")
