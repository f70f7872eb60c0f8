"""What a reader is trained from, small enough to train in a second: questions, a tokenizer, an encoder."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from service.reader.squad import Paragraph, Question, QuestionSet

SHIPS = ["Ardent", "Bold", "Comet", "Dauntless", "Eagle", "Falcon", "Gannet", "Heron", "Ibis", "Jaguar"]
PORTS = ["Lagos", "Malta", "Nantes", "Oslo", "Porto", "Quebec", "Riga", "Sousse", "Trieste", "Ulsan"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def ships() -> QuestionSet:
    """40 questions of 10 paragraphs, each of which says where a ship lay, when, why, and who commanded it."""
    found = QuestionSet()
    for number, (ship, port) in enumerate(zip(SHIPS, PORTS, strict=True)):
        year, days, master = str(1960 + number), str(3 + number), f"Captain {PORTS[number - 3]}son"
        text = (
            f"The frigate {ship} lay in {port} for {days} days. It was the first visit since {year}. {master} led it."
        )
        found.paragraphs.append(Paragraph(f"{ship} papers", text))
        for asked, answer in (
            (f"Where did the {ship} lay?", port),
            (f"For how many days was the {ship} in {port}?", days),
            (f"Since when was it the first visit of the {ship} to {port}?", year),
            (f"Who led the {ship}?", master),
        ):
            at = text.index(answer)
            found.questions.append(
                Question(f"{ship}-{answer}", asked, number, ((at, at + len(answer)),), (answer,)),
            )
    return found


def tokenizer_for(asked: QuestionSet) -> Tokenizer:
    """Words that occur twice are whole; all others fall into letters."""
    texts = [p.text for p in asked.paragraphs] + [q.text for q in asked.questions] + [p.title for p in asked.paragraphs]
    words = [word.strip("?.,") for text in texts for word in text.split()]
    whole = sorted({word for word in words if words.count(word) > 1})
    letters = [c for c in string.ascii_letters + string.digits + string.punctuation]
    vocabulary = [*SPECIAL, *whole, *(c for c in letters if c not in whole), *(f"##{c}" for c in letters)]
    tokenizer = Tokenizer(WordPiece({token: number for number, token in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


_NARROW: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def encoder_in(folder: Path, words: int) -> Path:
    """A folder with an untrained encoder of two narrow layers, always the same."""
    import torch

    torch.manual_seed(0)
    config = BertConfig(vocab_size=words, max_position_embeddings=160, **_NARROW)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def mpnet_in(folder: Path, words: int) -> Path:
    """The same, of an MPNet, whose vocabulary begins with four marks of its own."""
    import torch

    torch.manual_seed(0)
    config = MPNetConfig(vocab_size=words + 4, max_position_embeddings=514, initializer_range=0.2, **_NARROW)
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder
