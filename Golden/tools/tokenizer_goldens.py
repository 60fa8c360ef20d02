#!/usr/bin/env python3
"""Train small tokenizers of every kind and record what Hugging Face's library does with 5,000 lines.

    tokenizer_goldens.py [--only NAME] [--real FOLDER] [--show NAME LINE]

Writes Tests/LFTokenizersTests/Goldens: fragments.json, from which a rule makes the same lines here and in
Swift; for each tokenizer its files and `NAME.expected`, eight bytes a line: a hash of the ids, and one of
ids, offsets, types, special tokens and token texts. --show prints one line in full.
"""

import argparse
import base64
import io
import json
import os
import pathlib
import struct
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,  # noqa: E402
                        processors, trainers)

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "Tests/LFTokenizersTests/Goldens"
LINES = 5000
MASK = (1 << 64) - 1

SENTENCES = """\
The quick brown fox jumps over the lazy dog.
It's a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.
we'll they're I've he'd she'll don't can't 'tis rock 'n' roll O'Brien's
Don't PANIC! e-mail: someone@example.org, https://www.example.org/a/b?c=d&e=f#g
3.14159 1,000,000 12:30 2024-11-26 $99.99 50% #hashtag @mention a_b_c snake_case camelCase
def f(x):\treturn x ** 2  # comment
In the beginning God created the heaven and the earth. And the earth was without form, and void.
Long documents need attention that grows with their length and not with its square.
Être ou ne pas être, voilà la question : où est l'élève ? Ça alors, œuvre, naïveté, garçon.
Die Größe der Straße überrascht: Füße, Äpfel, Öl, weiß, GROSSE STRASSE ẞ.
El niño comió piñas y pingüinos en la mañana; ¿qué pasó? ¡Olé!
Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń. Łódź.
İstanbul'da ışık IĞDIR ığdır. Đorđe. Ångström. smørrebrød. Þórr. Ħal.
Съешь же ещё этих мягких французских булок, да выпей чаю. Київ, їжак, ґанок.
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΟΔΥΣΣΕΥΣ Σίσυφος ς σ.
שלום עולם, מה שלומך היום? עִבְרִית בְּרֵאשִׁית
مرحبا بالعالم، كيف حالك؟ السَّلَامُ عَلَيْكُمْ ١٢٣٤٥ لا إله
سلام دنیا، حال شما چطور است؟ می‌خواهم ۱۲۳
नमस्ते दुनिया, आप कैसे हैं? क्षत्रिय ज्ञान हिन्दी में १२३
বাংলা ভাষা আমার গর্ব। தமிழ் மொழி இனிது. తెలుగు భాష. ಕನ್ನಡ. മലയാളം. ਪੰਜਾਬੀ. ગુજરાતી.
สวัสดีชาวโลก ภาษาไทยไม่มีช่องว่าง น้ำ กำ ๑๒๓
ພາສາລາວ ຂ້ອຍຮັກເຈົ້າ ភាសាខ្មែរ မြန်မာဘာသာ བོད་སྐད
你好，世界！今天天气怎么样？中文分词很有趣。繁體中文測試，龍龜。
こんにちは世界。カタカナとひらがな、漢字が混ざった文。ﾊﾝｶｸ ガギグゲゴ がぎぐ か\u3099
안녕하세요 세계, 오늘 날씨가 어때요? 한국어 각 \u1112\u1161\u11ab\u1100\u1173\u11af
Xin chào thế giới, tiếng Việt có nhiều dấu: ườ, ậ, ễ, ọ, ỹ.
ქართული ენა ᲥᲐᲠᲗᲣᲚᲘ Հայերեն լեզու አማርኛ ᏣᎳᎩ ᠮᠣᠩᠭᠣᠯ ᓀᐦᐃᔭᐍᐏᐣ
""".split("\n")[:-1]

WORDS = ("a I the of and to in is that it for was on with as be at by this had not are but from or have an they which one you "
         "were all her she there would their we him been has when who will no more if out so up said what its about than into "
         "them can only other time new some could these two may first then do any like my now over such our man even most "
         "tokenization transformer longformer attention embedding unbelievable internationalization antidisestablishmentarianism "
         "HELLO World iPhone NASA café naïve résumé Zürich São Ærø coöperate").split()

ODD = ["", " ", "  ", "   ", "\t", "\u00a0", "\u3000", "\u2003", "\u2009", "\u200a", "\u202f", "\u205f", "\u1680", "\u0085", "\u2028", "\u2029",
       "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1f", "\0", "\x01", "\x07", "\x7f", "\x80", "\x9f", "\ufeff", "\ufffd", "\u200b", "\u200c", "\u200d", "\u2060",
       "\u00ad", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ue000", "\U000f0000", "\ufffe", "\U0010ffff", "\u0378",
       "😀", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "❤️", "☃︎", "1️⃣", "🤌", "🫠", "🧑‍🚀", "👩🏿‍❤️‍💋‍👨🏻", "\U0001fae8", "😀😃😄",
       "e\u0301", "e\u0301\u0323", "a\u0323\u0302", "a\u0302\u0323", "q\u0307\u0323", "\u0301", "\u0301\u0327 a", "o\u0308\u0304", "\u212b", "\u1e9b\u0323", "\ufb01", "ﬃ",
       "①②⑩", "½", "¼", "²³", "ⅣⅦ", "㎏", "㍿", "Ａｂｃ１２３", "ﾞ", "ｶﾞ", "℃", "™", "…", "‼", "⁇", "ﷺ", "ǆ", "ĳ", "ŉ", "ſ", "K", "Å", "Ω",
       "a" + "\u0301\u0316\u0327" * 12, "x" + "\u0300" * 40, "\u0958", "\u0b4b", "\u0dde", "\u2adc", "\U0001d15f", "\U0002f800", "\uf900", "\u2126",
       "「」", "『』", "、。", "“quoted”", "‘single’", "«guillemets»", "—", "–", "-", "--", "---", "...", "!!!", "?!", "(a)", "[b]", "{c}", "<d>", "'", "''", "\"", "`", "^", "~",
       "|", "\\", "/", "$", "€", "¥", "§", "¶", "+", "=", "<", ">", "_", "__", "▁", "▁▁", "Ġ", "Ċ", "##", "##ing", "</w>",
       "<s>", "</s>", "<pad>", "<unk>", "<mask>", " <mask> ", "<mask>.", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[mask]", "<0x0A>", "<0xE2>",
       "[NEW]", "new", "New", "renew", "new-ish", " [L] ", "[R]   x", "é[NEW]é", "tok", "TOK", "Tok ", "ToK",
       "0", "00", "007", "٣", "৩", "四", "百", "Ⅷ", "𝟘𝟙", "𝒳", "𝔘𝔫𝔦", "\U0001F1E6", "ß", "ẞ", "ΐ", "ŉ", "ǰ", "İ", "I\u0307", "ς", "Σ",
       "\u1100", "\u1161", "\u11a8", "\u1100\u1161\u11a8", "\uac00\u11a8", "가", "각", "힣", "\u3131", "ㅏ"]

RANGES = [(0x00, 0x20), (0x20, 0x7F), (0x80, 0xA0), (0xA0, 0x180), (0x180, 0x370), (0x300, 0x370), (0x370, 0x530), (0x530, 0x700), (0x700, 0xE00),
          (0xE00, 0x1200), (0x1200, 0x1E00), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2C00), (0x2C00, 0x3000), (0x3000, 0x3400), (0x4E00, 0x5200),
          (0x9F00, 0xA000), (0xA000, 0xAC00), (0xAC00, 0xAD00), (0xF900, 0xFFFE), (0x10000, 0x10400), (0x11000, 0x11800), (0x16A00, 0x17000), (0x1D000, 0x1D800),
          (0x1E800, 0x1F000), (0x1F100, 0x1F700), (0x1F900, 0x1FB00), (0x20000, 0x20100), (0x2B800, 0x2BA00), (0xE0000, 0xE0200)]


class Rule:
    """The lines, one after the other; Swift's `GoldenLines` is the same rule."""

    def __init__(self, data):
        self.data = data
        self.state = 0x1234_5678_9ABC_DEF0

    def random(self, bound):
        # SplitMix64; the upper 32 bits.
        self.state = (self.state + 0x9E37_79B9_7F4A_7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & MASK
        return ((z ^ (z >> 31)) >> 32) % bound

    def pick(self, kind):
        items = self.data[kind]
        return items[self.random(len(items))]

    def scalar(self):
        low, high = self.data["ranges"][self.random(len(self.data["ranges"]))]
        return chr(low + self.random(high - low))

    def part(self):
        kind = self.random(10)
        if kind < 5:
            return self.pick("words")
        if kind < 8:
            return self.pick("odd")
        if kind < 9:
            return self.pick("sentences")
        return "".join(self.scalar() for _ in range(1 + self.random(6)))

    def line(self, index):
        if index < len(self.data["odd"]):
            return self.data["odd"][index]
        kind = self.random(100)
        if kind < 2:
            return "".join(self.pick("odd") for _ in range(self.random(8)))
        if kind < 20:
            return self.pick("sentences")
        if kind < 60:
            return " ".join(self.part() for _ in range(1 + self.random(10)))
        if kind < 80:
            return "".join(self.part() for _ in range(1 + self.random(8)))
        if kind < 98:
            return "".join(self.scalar() for _ in range(1 + self.random(24)))
        part = self.part()
        return part * (1 + self.random(60))


def lines():
    data = {"sentences": SENTENCES, "words": WORDS, "odd": ODD, "ranges": RANGES}
    rule = Rule(data)
    return data, [rule.line(index) for index in range(LINES)]


# Tokenizers.

def corpus():
    return SENTENCES * 4 + [" ".join(WORDS)] * 3 + ODD


def specials(tokenizer, *tokens):
    tokenizer.add_special_tokens([t if isinstance(t, AddedToken) else AddedToken(t, normalized=False, special=True) for t in tokens])


def template(tokenizer, start, end, middle, types):
    b = 1 if types else 0
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", pair=f"{start} $A {end} {middle} $B:{b} {end}:{b}".replace("  ", " "),
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in {start, end}])


def roberta(prefix=False):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=1200, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    specials(t, AddedToken("<mask>", lstrip=True, normalized=False, special=True))
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, prefix)
    return t


def bytes_template():
    """Byte-level as newer models have it: another expression, a template, whole words before merges."""
    t = Tokenizer(models.BPE(ignore_merges=True))
    t.normalizer = normalizers.NFC()
    expression = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(expression), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=900, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 1)])])
    return t


def bert(lower):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.decoder = decoders.WordPiece()
    t.train_from_iterator(corpus(), trainers.WordPieceTrainer(
        vocab_size=1200, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    if lower:
        template(t, "[CLS]", "[SEP]", "", True)
    else:
        t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    t.add_tokens([AddedToken("[NEW]", normalized=True), AddedToken("new", single_word=True, normalized=True),
                  AddedToken("[L]", lstrip=True, normalized=False), AddedToken("[R]", rstrip=True, normalized=False), AddedToken("TOK", normalized=True)])
    return t


CHARSMAP_RULES = [(c, n) for c, n in (
    [(chr(0xFF01 + i), chr(0x21 + i)) for i in range(94)]
    + [("\ufb01", "fi"), ("ﬃ", "ffi"), ("①", "1"), ("½", "1⁄2"), ("²", "2"), ("™", "TM"), ("…", "..."), ("㎏", "kg"), ("\u00a0", " "), ("\u3000", " "),
       ("\t", " "), ("\n", " "), ("\r", " "), ("\u200b", " "), ("\u0001", ""), ("\u007f", ""), ("\ufeff", " "), ("e\u0301", "é"), ("E\u0301", "É"), ("a\u0302", "â"),
       ("か\u3099", "が"), ("ｶﾞ", "ガ"), ("\u1100\u1161", "가"), ("\u0958", "\u0915\u093c"), ("ﷺ", "صلى الله عليه وسلم"), ("\u212b", "Å"), ("\u2126", "Ω"), ("\u00ad", "")])]


def charsmap():
    """A character map as SentencePiece compiles it, of a few rules, since its own are 240 KB."""
    import sentencepiece
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder, "rules.tsv")
        rules.write_text("".join(" ".join(f"{ord(c):X}" for c in old) + "\t" + " ".join(f"{ord(c):X}" for c in new) + "\n" for old, new in CHARSMAP_RULES))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([s for s in SENTENCES * 4]), model_writer=model, vocab_size=600, model_type="unigram", character_coverage=0.98,
            normalization_rule_tsv=str(rules), minloglevel=9, num_threads=1)
        return model.getvalue()


def proto(data):
    from transformers.convert_slow_tokenizer import import_protobuf
    m = import_protobuf().ModelProto()
    m.ParseFromString(data)
    return m


def unigram(data):
    """As XLM-R's is made of its SentencePiece model."""
    m = proto(data)
    vocab = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [(p.piece, p.score) for p in m.pieces[3:]] + [("<mask>", 0.0)]
    t = Tokenizer(models.Unigram(vocab, 3, False))
    t.normalizer = normalizers.Sequence([
        normalizers.Precompiled(m.normalizer_spec.precompiled_charsmap), normalizers.Strip(left=False, right=True),
        normalizers.Replace(Regex(" {2,}"), "▁")])
    t.pre_tokenizer = pre_tokenizers.Metaspace("▁", "always")
    specials(t, "<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True))
    template(t, "<s>", "</s>", "</s>", False)
    return t


def unigram_bytes():
    """With byte fallback, and a space only in front of the first word."""
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", "first")])
    t.train_from_iterator(SENTENCES[:12] * 4, trainers.UnigramTrainer(vocab_size=500, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False))
    state = json.loads(t.to_str())
    state["model"]["byte_fallback"] = True
    state["model"]["vocab"] += [[f"<0x{b:02X}>", -20.0] for b in range(256) if b not in (0x41, 0xF0)]
    return Tokenizer.from_str(json.dumps(state))


def word_level():
    t = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.train_from_iterator(corpus(), trainers.WordLevelTrainer(vocab_size=800, special_tokens=["[UNK]", "[PAD]"], show_progress=False))
    t.enable_padding(pad_id=1, pad_token="[PAD]", length=24, direction="left", pad_to_multiple_of=5)
    t.enable_truncation(20, direction="left")
    t.add_tokens([AddedToken("[NEW]", normalized=True, rstrip=True), AddedToken("new", single_word=True)])
    return t


def bpe_fallback():
    """As SentencePiece's BPE models are: no pre-tokenizer, characters, bytes for what is unknown."""
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.train_from_iterator([s for s in SENTENCES[:14]] * 3, trainers.BpeTrainer(
        vocab_size=800, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256) if b not in (0x3F, 0xE3)], show_progress=False))
    template(t, "<s>", "</s>", "", True)
    state = json.loads(t.to_str())
    state["added_tokens"] = state["added_tokens"][:3]
    return Tokenizer.from_str(json.dumps(state))


def bpe_affixes():
    """Prefix, suffix, unknown characters one by one; every pre-tokenizer that cuts further."""
    t = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Strip(), normalizers.Replace(Regex(r"[\p{Zs}\t]+"), " ")])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(" ", "merged_with_next"), pre_tokenizers.Split(Regex("[A-Z]"), "merged_with_previous"),
        pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(False), pre_tokenizers.Split(Regex(r"\p{Lo}{2}"), "removed", invert=False),
        pre_tokenizers.FixedLength(9)])
    t.train_from_iterator(SENTENCES[:13] * 3, trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<unk>"], continuing_subword_prefix="##", end_of_word_suffix="</w>", show_progress=False))
    return t


def digits():
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.normalizer = normalizers.ByteLevel()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(True), pre_tokenizers.Punctuation("removed"), pre_tokenizers.Split(Regex(r"\w+|[^\w\s]+"), "removed", invert=True)])
    t.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], show_progress=False))
    return t


def all_tokenizers():
    data = charsmap()
    return {
        "roberta": lambda: roberta(), "roberta-prefix": lambda: roberta(True), "bytes-template": bytes_template, "bert-uncased": lambda: bert(True),
        "bert-cased": lambda: bert(False), "unigram": lambda: unigram(data), "unigram-bytes": unigram_bytes, "word-level": word_level,
        "bpe-fallback": bpe_fallback, "bpe-affixes": bpe_affixes, "byte-normalizer": digits,
    }


def from_files(spm):
    """Tokenizers that Hugging Face's classes make of other files, by the name of the folder they are in."""
    from transformers import BertTokenizer, CamembertTokenizer, RobertaTokenizer, XLMRobertaTokenizer
    roberta_model = json.loads((OUT / "roberta.json").read_text())["model"]
    bert_model = json.loads((OUT / "bert-cased.json").read_text())["model"]
    merges = "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in roberta_model["merges"])
    vocab = "".join(token + "\n" for token in sorted(bert_model["vocab"], key=bert_model["vocab"].get))
    config = {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False,
              "mask_token": {"content": "[MASK]", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False, "__type": "AddedToken"}}
    return {
        "files-roberta": (RobertaTokenizer, {"vocab.json": json.dumps(roberta_model["vocab"], ensure_ascii=False), "merges.txt": merges}),
        "files-bert": (BertTokenizer, {"vocab.txt": vocab}),
        "files-bert-config": (BertTokenizer, {"vocab.txt": vocab, "tokenizer_config.json": json.dumps(config)}),
        "files-xlm-roberta": (XLMRobertaTokenizer, {"sentencepiece.bpe.model": spm}),
        "files-camembert": (CamembertTokenizer, {"sentencepiece.bpe.model": spm}),
    }


# What is expected.

def fnv(data):
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def encode(tokenizer, texts, index, own_truncation):
    """Encodes a line as its number says: alone, with the line before, without special tokens, cut."""
    kind = index % 8
    if own_truncation and kind != 6:
        return tokenizer.encode(texts[index]) if kind != 5 or index == 0 else tokenizer.encode(texts[index], texts[index - 1])
    if kind == 5 and index > 0:
        return tokenizer.encode(texts[index], texts[index - 1])
    if kind == 6 and index > 0:
        before = tokenizer.truncation
        tokenizer.enable_truncation(4 + index % 23)
        result = tokenizer.encode(texts[index], texts[index - 1]) if index % 16 == 6 else tokenizer.encode(texts[index])
        tokenizer.no_truncation()
        if before:
            tokenizer.enable_truncation(**before)
        return result
    return tokenizer.encode(texts[index], add_special_tokens=kind != 7)


def expected(tokenizer, texts):
    own = tokenizer.truncation is not None
    result = bytearray()
    for index in range(len(texts)):
        e = encode(tokenizer, texts, index, own)
        ids = struct.pack(f"<{len(e.ids)}I", *e.ids)
        full = bytearray()
        for i in range(len(e.ids)):
            start, end = e.offsets[i]
            full += struct.pack("<IIIBB", e.ids[i], start, end, e.type_ids[i], e.special_tokens_mask[i]) + e.tokens[i].encode() + b"\0"
        result += struct.pack("<II", fnv(ids), fnv(full))
    return bytes(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    parser.add_argument("--real", help="folder with the real checkpoints")
    parser.add_argument("--show", nargs=2, metavar=("NAME", "LINE"))
    options = parser.parse_args()
    data, texts = lines()
    if options.show:
        name, index = options.show
        path = pathlib.Path(name) if "/" in name else OUT / f"{name}.json"
        t = Tokenizer.from_file(str(path))
        e = encode(t, texts, int(index), t.truncation is not None)
        print(json.dumps({"text": texts[int(index)], "before": texts[int(index) - 1], "ids": e.ids, "offsets": e.offsets, "tokens": e.tokens}, ensure_ascii=True))
        return
    OUT.mkdir(parents=True, exist_ok=True)
    if options.real:
        real = pathlib.Path(options.real)
        from transformers import BertTokenizer
        for name in ("minilm", "antiberty"):
            file = real / name / "tokenizer.json"
            t = Tokenizer.from_file(str(file)) if file.exists() else BertTokenizer.from_pretrained(real / name)._tokenizer
            t.no_padding()
            t.no_truncation()
            (OUT / f"real-{name}.expected").write_bytes(expected(t, texts))
        return
    if options.only in (None, "files"):
        for name, (cls, files) in from_files(charsmap()).items():
            folder = OUT / name
            folder.mkdir(exist_ok=True)
            for file, content in files.items():
                (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
            (OUT / f"{name}.expected").write_bytes(expected(cls.from_pretrained(folder)._tokenizer, texts))
            print(name, file=sys.stderr)
    (OUT / "fragments.json").write_text(json.dumps(data, ensure_ascii=True, separators=(",", ":")) + "\n")
    for name, make in all_tokenizers().items():
        if options.only and name != options.only:
            continue
        t = make()
        path = OUT / f"{name}.json"
        state = json.loads(t.to_str())
        path.write_text(json.dumps(state, ensure_ascii=False, separators=(",", ":")) + "\n")
        t = Tokenizer.from_file(str(path))
        (OUT / f"{name}.expected").write_bytes(expected(t, texts))
        print(name, t.get_vocab_size(), file=sys.stderr)


if __name__ == "__main__":
    main()
