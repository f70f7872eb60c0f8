"""A reader small enough to convert in a second: random weights of two narrow layers, and a change of them, packed."""

from __future__ import annotations

import json
import string
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from indexer.model import ModelFiles, find_model
from service.reader.pack import pack
from service.reader.weights import Tensors, head_shapes, read_base, trained_shapes

WORDS = ["the", "ship", "lay", "in", "port", "for", "days", "who", "led", "it", "when", "where"]
DIM = 32


def tiny_tokenizer() -> Tokenizer:
    """``WORDS`` are whole; all others fall into letters. Lower case, no accents, as the default model's."""
    letters = [c for c in string.ascii_lowercase + string.digits + string.punctuation]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *letters, *(f"##{c}" for c in letters)]
    tokenizer = Tokenizer(WordPiece({token: number for number, token in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def tiny_base(folder: Path) -> ModelFiles:
    """An embedding model's folder, as far as a reader needs it."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    tokenizer = tiny_tokenizer()
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=DIM,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.2,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return find_model(str(folder), folder / "cache")


def averaged_weights(files: ModelFiles, file: Path, seed: int = 5, rank: int = 0) -> Tensors:
    """What a training run would keep, written to ``file``: the base plus a random change, of a rank if one is given."""
    rng = np.random.default_rng(seed)
    base = read_base(files)
    kept: Tensors = {}
    for name, shape in trained_shapes(base).items():
        change = 0.05 * rng.normal(size=shape)
        if rank and len(shape) == 2 and not name.startswith("embeddings."):
            change = 0.05 * rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
        kept[f"encoder.{name}"] = base[name] + change.astype(np.float32)
    for name, shape in head_shapes(base["embeddings.LayerNorm.weight"].shape[0]).items():
        kept[name] = (0.3 * rng.normal(size=shape)).astype(np.float32)
    save_file(kept, file, metadata={"step": "40"})
    file.with_name("log.jsonl").write_text(json.dumps({"seed": seed, "steps": 40}) + '\n{"step": 40}\n', "utf-8")
    return kept


def packed_reader(files: ModelFiles, folder: Path, rank: int = 0) -> Path:
    """A file such as ships, in this folder."""
    averaged_weights(files, folder / "averaged.safetensors")
    (folder / "reader.safetensors").write_bytes(pack([folder / "averaged.safetensors"], files, rank))
    return folder / "reader.safetensors"
