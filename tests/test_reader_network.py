"""The head and the loss against arithmetic written out: every span, every probability, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from service.reader.examples import LONGEST_ANSWER, Batch, Recipe, epoch
from service.reader.network import PAIR_DIM, ReaderNetwork, SpanHead, loss_of
from tests.small_reader import encoder_in, ships, tokenizer_for

ASKED = ships()
TOKENIZER = tokenizer_for(ASKED)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> ReaderNetwork:
    folder = encoder_in(tmp_path_factory.mktemp("network"), TOKENIZER.get_vocab_size())
    torch.manual_seed(1)
    return ReaderNetwork(folder)


@pytest.fixture(scope="module")
def batch() -> Batch:
    near = [[(q.paragraph + 1) % 10] for q in ASKED.questions]
    batches = epoch(ASKED, near, TOKENIZER, Recipe(batch=8), 5)
    return next(b for b in batches if any(b.spans) and not all(b.spans))


def test_a_span_scores_its_beginning_its_end_and_how_they_belong_together() -> None:
    torch.manual_seed(2)
    rows, length, dim = 2, LONGEST_ANSWER + 9, 5
    head, hidden = SpanHead(dim), torch.randn(rows, length, dim)
    readable = torch.rand(rows, length) < 0.8
    with torch.no_grad():
        scores, none = head(hidden, readable)
    edge, pair = (
        (layer.weight.detach().numpy().astype(np.float64), layer.bias.detach().numpy().astype(np.float64))
        for layer in (head.edge, head.pair)
    )
    possible = 0
    for row in range(rows):
        states = hidden[row].numpy().astype(np.float64)
        assert float(none[row]) == pytest.approx(
            float(states[0] @ head.none.weight.detach().numpy()[0] + head.none.bias.detach().numpy()[0]), abs=1e-5
        )
        for first in range(length):
            for last in range(length):
                score = float(scores[row, first, last])
                inside = first <= last < first + LONGEST_ANSWER
                if not (inside and readable[row, first] and readable[row, last]):
                    assert score == -math.inf
                    continue
                begin = (edge[0] @ states[first] + edge[1])[0]
                end = (edge[0] @ states[last] + edge[1])[1]
                left = (pair[0] @ states[first] + pair[1])[:PAIR_DIM]
                right = (pair[0] @ states[last] + pair[1])[PAIR_DIM:]
                assert score == pytest.approx(begin + end + left @ right / math.sqrt(PAIR_DIM), abs=1e-4)
                possible += 1
    assert possible > 500


def test_the_loss_is_what_is_left_to_certainty_over_all_spans_and_none(network: ReaderNetwork, batch: Batch) -> None:
    # Two places for one answer: either is right, so that what counts is their sum.
    row = next(i for i, spans in enumerate(batch.spans) if spans)
    first = int(np.flatnonzero(batch.readable[row])[0])
    marked = [*batch.spans]
    marked[row] = (*batch.spans[row], (first, first + 1))
    batch = Batch(batch.ids, batch.mask, batch.types, batch.readable, marked)
    with torch.no_grad():
        loss = float(loss_of(network, batch))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = network(*(torch.from_numpy(a) for a in (batch.ids, batch.mask, batch.types)))
        spans, none = network.head(hidden.float(), torch.from_numpy(batch.readable))
    losses = []
    for row, right in enumerate(batch.spans):
        whole = math.exp(none[row]) + sum(math.exp(score) for score in spans[row].flatten().tolist())
        held = sum(math.exp(spans[row, a, b]) for a, b in right) if right else math.exp(none[row])
        losses.append(-math.log(held / whole))
    assert loss == pytest.approx(sum(losses) / len(losses), rel=1e-4)


def test_what_stands_beside_an_example_in_a_batch_does_not_change_it(network: ReaderNetwork, batch: Batch) -> None:
    with torch.no_grad():
        together = float(loss_of(network, batch))
        alone = []
        for row in range(len(batch.ids)):
            length = int(batch.mask[row].sum())
            one = [array[row : row + 1, :length] for array in (batch.ids, batch.mask, batch.types, batch.readable)]
            alone.append(float(loss_of(network, Batch(one[0], one[1], one[2], one[3], [batch.spans[row]]))))  # type: ignore[arg-type]
    assert together == pytest.approx(sum(alone) / len(alone), rel=2e-2)  # the encoder works in bfloat16


def test_everything_but_the_word_embeddings_is_trained(network: ReaderNetwork) -> None:
    every = {name for name, _ in network.named_parameters()}
    assert every - network.trained().keys() == {"encoder.embeddings.word_embeddings.weight"}
    assert {"head.edge.weight", "head.pair.weight", "head.none.weight"} <= network.trained().keys()
