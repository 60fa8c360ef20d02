#!/usr/bin/env python3
"""Take from Hugging Face's tokenizers what characters are to them.

    tokenizer_unicode.py

Writes the tables of decompositions in Sources/LFTokenizers/Unicode/Tables, which the Swift standard
library does not have, and Tests/LFTokenizersTests/Goldens/unicode.json: for each property of
characters the ranges that have it, by which a test checks every character there is.
"""

import itertools
import json
import pathlib
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ROOT / "Sources/LFTokenizers/Unicode/Tables"
GOLDEN = ROOT / "Tests/LFTokenizersTests/Goldens/unicode.json"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def rows(mapping):
    """Rows of hexadecimal numbers: the distance to the row before, and the parts."""
    last = 0
    for key in sorted(mapping):
        yield f"{key - last:X} " + " ".join(f"{ord(c):X}" for c in mapping[key]) + ";"
        last = key


def swift(name, doc, texts):
    lines = [f"/// {doc}", "///", "/// Made by Golden/tools/tokenizer_unicode.py.", f"enum {name} {{"]
    for member, mapping in texts:
        lines.append(f'  static let {member} = """')
        line = ""
        for row in rows(mapping):
            if len(line) + len(row) > 94:
                lines.append("    " + line.rstrip() + "\\")
                line = ""
            line += row
        lines += ["    " + line, '    """']
    (TABLES / f"{name}.swift").write_text("\n".join(lines + ["}", ""]))


def tables():
    nfd, nfkd, nfc = normalizers.NFD(), normalizers.NFKD(), normalizers.NFC()
    canonical, compatibility, pairs = {}, {}, {}
    for code in SCALARS:
        text = chr(code)
        if code in HANGUL:
            continue
        full = nfd.normalize_str(text)
        if full != text:
            canonical[code] = full
        full_k = nfkd.normalize_str(text)
        if full_k != full:
            compatibility[code] = full_k
        single = unicodedata.decomposition(text)
        if single and not single.startswith("<") and " " in single:
            parts = "".join(chr(int(p, 16)) for p in single.split())
            if nfc.normalize_str(parts) == text:
                pairs[code] = parts
    swift("CanonicalDecompositions", "Canonical decompositions in full.", [("text", canonical)])
    keys = sorted(compatibility)
    half = len(keys) // 2
    swift("CompatibilityDecompositions", "Compatibility decompositions in full.", [
        ("first", {k: compatibility[k] for k in keys[:half]}),
        ("second", {k: compatibility[k] for k in keys[half:]})])
    swift("Compositions", "Characters that two others compose to.", [("text", pairs)])


def pieces(pre_tokenizer, text):
    return len(pre_tokenizer.pre_tokenize_str(text))


def properties():
    clean = normalizers.BertNormalizer(True, False, False, False)
    accents = normalizers.BertNormalizer(False, False, True, False)
    strip, lower = normalizers.StripAccents(), normalizers.Lowercase()
    whitespace, words = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Whitespace()
    punctuation, digits = pre_tokenizers.Punctuation(), pre_tokenizers.Digits(True)
    split = {name: pre_tokenizers.Split(Regex(source), "isolated") for name, source in {
        "letter": r"\p{L}", "number": r"\p{N}", "space": r"\s", "regexWord": r"\w", "digit": r"\d",
        "mark": r"\p{M}", "symbol": r"\p{S}", "regexPunctuation": r"\p{P}"}.items()}
    tests = {
        "control": lambda c: clean.normalize_str(c) == "" and c not in "\0\ufffd",
        "nonspacing": lambda c: accents.normalize_str(c) == "",
        "accent": lambda c: strip.normalize_str(c) == "",
        "whitespace": lambda c: pieces(whitespace, "a" + c + "a") == 2,
        "word": lambda c: words.pre_tokenize_str("a" + c + "a")[0][0] == "a" + c + "a",
        "punctuation": lambda c: pieces(punctuation, "a" + c + "a") == 3,
        "numeric": lambda c: pieces(digits, "a" + c + "a") == 3,
    }
    for name, pre_tokenizer in split.items():
        # Between hyphens, which are none of these.
        tests[name] = lambda c, p=pre_tokenizer: c != "-" and pieces(p, "-" + c + "-") == 3
    result = {}
    for name, test in tests.items():
        if name in ("symbol", "regexPunctuation"):
            # Between letters, since a hyphen is one itself.
            p = split[name]
            test = lambda c, p=p: pieces(p, "a" + c + "a") == 3
        have = [code for code in SCALARS if test(chr(code))]
        ranges = []
        for _, group in itertools.groupby(enumerate(have), lambda item: item[1] - item[0]):
            group = list(group)
            ranges.append([group[0][1], group[-1][1]])
        result[name] = ranges
    lowered = {}
    for code in SCALARS:
        text = lower.normalize_str(chr(code))
        if text != chr(code):
            lowered[code] = text
    result["lowercase"] = [[code, lowered[code]] for code in sorted(lowered)]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(json.dumps({"tokenizers": tokenizers.__version__, **result}, separators=(",", ":"), ensure_ascii=True))


if __name__ == "__main__":
    TABLES.mkdir(parents=True, exist_ok=True)
    tables()
    properties()
