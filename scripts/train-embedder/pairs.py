"""The pairs of texts that the embedder learns from, as token ids."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard
from tokenizers import Tokenizer

# Sources that are free to train shipped weights on; what their licences ask is in the model card.
PERMITTED = frozenset({"docs", "md", "debian", "debian2", "wn", "wnsyn", "jargon"})

# Characters of a text that are read, and tokens of each side of a pair that are kept.
CHARACTERS = (400, 1_500)
TOKENS = (64, 256)


@dataclass(frozen=True)
class Pairs:
    """Texts that belong together: a title and its section, a sentence and the rest of its section, a word and its gloss."""

    left: list[str]
    right: list[str]
    source: np.ndarray
    """Index into `names` of each pair, int8, shape [pairs]."""
    names: list[str]
    files: dict[str, str]
    """SHA-256 of the files read."""


@dataclass(frozen=True)
class Ids:
    """Token ids of many texts in one array; text i is `flat[start[i]:start[i + 1]]`."""

    flat: np.ndarray
    start: np.ndarray


def _read_lines(path: Path):
    with path.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file)
        for line in io.TextIOWrapper(stream, "utf8"):
            yield json.loads(line)


def read_pairs(folder: Path) -> Pairs:
    """Reads `docs-pairs.jsonl.zst` ([left, right]) and `text-pairs.jsonl.zst` ([left, right, source])."""
    left, right, sources, files = [], [], [], {}
    for name in ("docs-pairs.jsonl.zst", "text-pairs.jsonl.zst"):
        files[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for a, b, *rest in _read_lines(folder / name):
            source = rest[0] if rest else "docs"
            if source in PERMITTED:
                left.append(a[: CHARACTERS[0]])
                right.append(b[: CHARACTERS[1]])
                sources.append(source)
    names = sorted(set(sources))
    return Pairs(left, right, np.array([names.index(s) for s in sources], np.int8), names, files)


def to_ids(tokenizer: Tokenizer, texts: list[str], most: int) -> Ids:
    """Tokenises texts; of each the first `most` tokens are kept."""
    parts, lengths = [], [0]
    for i in range(0, len(texts), 4_096):
        for encoding in tokenizer.encode_batch(texts[i : i + 4_096], add_special_tokens=False):
            parts.append(np.array(encoding.ids[:most], np.int32))
            lengths.append(len(parts[-1]))
    return Ids(np.concatenate(parts), np.cumsum(lengths))
