"""The reader as a torch module: the embedding model's encoder, a score for every span, and one for "no answer here".

Only training and the check of a conversion need it; ``spans`` does the head's arithmetic at run time, in numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

from service.reader.examples import LONGEST_ANSWER, Batch, Spans

PAIR_DIM = 64


class SpanHead(nn.Module):
    """``edge``: how well a token begins or ends an answer. ``pair``: how well a beginning and an end belong together.

    A span's score is ``begin[i] + end[j] + dot(left[i], right[j]) / sqrt(64)``; that of no answer comes from the first
    token. Probabilities are over all spans and "none" at once, not over beginnings and ends apart (Lee et al., 2016,
    "Learning recurrent span representations", score spans as wholes too).
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.edge = nn.Linear(dim, 2)
        self.pair = nn.Linear(dim, 2 * PAIR_DIM)
        self.none = nn.Linear(dim, 1)

    def forward(self, hidden: Tensor, readable: Tensor) -> tuple[Tensor, Tensor]:
        """Span scores (rows, length, length), -inf where none can be, and the score of no answer (rows,)."""
        edges = self.edge(hidden)
        left, right = self.pair(hidden).split(PAIR_DIM, dim=-1)
        scores = edges[..., 0, None] + edges[..., None, :, 1] + left @ right.transpose(1, 2) / PAIR_DIM**0.5
        length = hidden.shape[1]
        band = torch.ones(length, length, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
        possible = readable[:, :, None] & readable[:, None, :] & band
        return scores.masked_fill(~possible, float("-inf")), self.none(hidden[:, 0])[:, 0]


class ReaderNetwork(nn.Module):
    """Encoder and head. Word embeddings are the base's own and are never trained. The ``frozen`` lowest layers, and all
    below them, are not either.

    The base is a BERT, or an MPNet, which knows the same words by other numbers and has no types.
    """

    def __init__(self, folder: Path, frozen: int = 0) -> None:
        super().__init__()
        # No dropout: its random numbers cost more than the model. Eager attention: its backward pass is the faster.
        self.encoder = AutoModel.from_pretrained(
            folder,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            add_pooling_layer=False,
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        if frozen:
            for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:frozen]):
                part.requires_grad_(False)
        self.head = SpanHead(self.encoder.config.hidden_size)
        self.typed = self.encoder.config.model_type != "mpnet"

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor | None = None) -> Tensor:
        """The last layer (rows, length, dim), of the default embedding model's token ids."""
        of_types = {"token_type_ids": types} if self.typed else {}
        numbered = ids if self.typed else _as_mpnet(ids, mask)
        hidden: Tensor = self.encoder(input_ids=numbered, attention_mask=mask, **of_types).last_hidden_state
        return hidden

    def trained(self) -> dict[str, Tensor]:
        """What training changes, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def kept(self) -> dict[str, Tensor]:
        """What a run keeps, by name: all but the word embeddings, frozen layers too."""
        words = self.encoder.embeddings.word_embeddings.weight
        return {name: value for name, value in self.named_parameters() if value is not words}


def _as_mpnet(ids: Tensor, mask: Tensor) -> Tensor:
    """BERT's uncased vocabulary in MPNet's numbers: four more for a word, and marks of its own."""
    moved = ids + 4
    for bert, mpnet in ((101, 0), (102, 2), (100, 3)):  # [CLS] <s>, [SEP] </s>, [UNK]
        moved = torch.where(ids == bert, mpnet, moved)
    return torch.where(mask == 0, 1, moved)  # it counts places by what is no <pad>


def loss_of(network: ReaderNetwork, batch: Batch) -> Tensor:
    """Mean of -log p(right), where right is any of the spans that people marked, or none where there is none."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = network(*(torch.from_numpy(array) for array in (batch.ids, batch.mask, batch.types)))
    spans, none = network.head(hidden.float(), torch.from_numpy(batch.readable))
    flat = spans.flatten(1)
    whole = torch.logaddexp(torch.logsumexp(flat, 1), none)
    right = torch.logsumexp(flat.masked_fill(~_marked(batch.spans, spans.shape[1]).flatten(1), float("-inf")), 1)
    answered = torch.tensor([bool(row) for row in batch.spans])
    return (whole - torch.where(answered, right, none)).mean()


def _marked(rows: Sequence[Spans], length: int) -> Tensor:
    marked = torch.zeros(len(rows), length, length, dtype=torch.bool)
    for row, spans in enumerate(rows):
        for start, end in spans:
            marked[row, start, end] = True
    return marked
