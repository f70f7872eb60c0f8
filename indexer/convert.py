"""From a sentence-transformers model to the form that is served, once, and refused unless the two agree.

``python -m indexer.convert [MODEL] [--again]`` does it ahead of time and prints what came of it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from indexer import runtime
from indexer.converted import PROBE, Converted, converted_folder, read_converted, write_converted
from indexer.embed import ConvertedEmbedder, unit_rows
from indexer.errors import ModelError, PressmarkError
from indexer.kept import alone, sizes_in
from indexer.model import ModelFiles, Runtime, cache_dir, find_model
from indexer.reference import Reference

# Where the lowest cosine between the two embeddings of a text must be. bfloat16 gives 0.9999 on the default model; a
# wrong pooling, prompt, mask or padding gives 0.9 and less.
AGREEMENT = 0.999

_RUNTIMES: dict[runtime.Precision, Runtime] = {"bf16": "openvino-bf16", "f32": "openvino-f32"}
_MADE_WITH = ("openvino", "sentence-transformers", "tokenizers", "torch", "transformers")

_LONG = (
    "The committee met on Tuesday to consider the proposal, which had been revised after objections from three member "
    "states; its chairman said that a vote would be taken before the end of the month, and that no delegation had "
    "asked for more time. Prices of wheat, copper and natural gas rose in early trading. "
)
_TEXTS = (
    "",
    " ",
    ".",
    "a",
    "rain",
    "Who owns the bank?",
    "interest rates",
    "  A headline with spaces around it  ",
    "Two lines\nof one paragraph\n\nand another one",
    "HEADLINES IN CAPITALS SAY NOTHING NEW",
    "3.14159 1,000,000 -42 1987-02-26 15:01:01",
    "Shares rose 4.5% to $12.30, their highest since 1999.",
    "GDP grew at an annual rate of 2.1 pct in the 4th quarter vs 1.9 pct a year earlier",
    "The <b>tag</b> &amp; the entity, https://example.org/a?b=c#d, someone@example.org",
    "“Quotation marks” – dashes — and ellipses…",
    "naïve café, Zürich, São Paulo, Łódź, Åre",
    "Die Regierung hat den Gesetzentwurf zur Krankenhausreform verabschiedet.",
    "Le conseil municipal a voté le budget à l'unanimité.",
    "El equipo ganó el partido en el último minuto.",
    "Правительство повысило ключевую ставку до 16 процентов.",
    "Η κυβέρνηση ανακοίνωσε νέα μέτρα.",
    "الحكومة تعلن عن إصلاحات جديدة",
    "政府宣布了新的经济刺激计划。",
    "日本銀行は金利を据え置いた。",
    "정부는 새로운 대책을 발표했다.",
    "รัฐบาลประกาศมาตรการใหม่",
    "🚀🚀🚀 to the moon 🌕",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "word " * 40,
    _LONG,
    _LONG * 2,
)


def convert(
    files: ModelFiles, cache: Path, *, known_bad: Converted | None = None, agreement: float = AGREEMENT
) -> Converted:
    """What the model was converted to, by this process or by another that was faster.

    What is there already is taken when it is whole and not the ``known_bad`` one. ``agreement`` is the lowest cosine
    to the reference that is served: where no precision reaches it, sentence-transformers itself is.

    Raises:
        ModelError: the model cannot be loaded, or the cache cannot be written to.
    """
    machine, precisions = runtime.machine()
    folder = converted_folder(files, cache, machine)
    with alone(folder):
        found = read_converted(folder)
        if found is not None and found != known_bad:
            return found
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        converted = _convert_into(folder, files, precisions, agreement)
        write_converted(folder, converted)
        return converted


def _convert_into(
    folder: Path, files: ModelFiles, precisions: Sequence[runtime.Precision], agreement: float
) -> Converted:
    reference = Reference(files.folder)
    reference.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)  # read at every start
    served = Converted(
        runtime="sentence-transformers",
        agreement=1.0,
        refused={},
        dim=reference.dim,
        length=reference.length,
        pad_id=reference.pad_id,
        query_prompt=reference.prompts[0],
        passage_prompt=reference.prompts[1],
        probe=(),
        sizes={},
        made_with={package: version(package) for package in _MADE_WITH},
    )
    refused: dict[str, str] = {}
    try:
        runtime.convert(reference.module(), folder / "model.xml")
    except runtime.NotConvertible as error:
        refused["openvino"], precisions = str(error), ()
    for precision in precisions:
        candidate = replace(served, runtime=_RUNTIMES[precision])
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        try:
            network = runtime.Network(folder / "model.xml", precision)
            embedder = ConvertedEmbedder(files, candidate, tokenizer, network)
            lowest = _lowest_cosine(embedder, reference)
        except (RuntimeError, ModelError) as error:
            refused[candidate.runtime] = str(error)
        else:
            if lowest >= agreement:
                served = replace(candidate, agreement=lowest, probe=embedder.embed_queries([PROBE])[0].tolist())
                break
            refused[candidate.runtime] = f"lowest cosine {lowest:.6f}, less than {agreement}"
        shutil.rmtree(folder / "compiled", ignore_errors=True)
    return replace(served, refused=refused, sizes=sizes_in(folder))


def fitting_texts(reference: Reference) -> list[str]:
    """The fixed texts that the model takes whole, and one that fills it (to 1,024 tokens, to be done in seconds)."""
    prompt = max(reference.prompts, key=len)
    room = min(reference.length, 1024) - reference.tokenizer.num_special_tokens_to_add(False)
    long = prompt + _LONG * (reference.length // 20 + 1)
    filling = long[len(prompt) : reference.tokenizer.encode(long, add_special_tokens=False).offsets[room - 1][1]]
    encodings = reference.tokenizer.encode_batch([prompt + text for text in (*_TEXTS, filling)])
    return [text for text, e in zip((*_TEXTS, filling), encodings, strict=True) if 0 < len(e.ids) <= reference.length]


def _lowest_cosine(embedder: ConvertedEmbedder, reference: Reference) -> float:
    """Over the fixed texts, embedded as queries and as passages."""
    texts = fitting_texts(reference)
    pairs = (
        (embedder.embed_queries(texts), unit_rows(reference.queries(texts), "sentence-transformers")),
        (embedder.embed_passages(texts), unit_rows(reference.passages(texts), "sentence-transformers")),
    )
    return min(float(np.einsum("nd,nd->n", served, expected).min()) for served, expected in pairs)


def main(arguments: Sequence[str]) -> int:
    names = [argument for argument in arguments if argument != "--again"]
    if len(names) > 1 or any(name.startswith("-") for name in names):
        sys.stderr.write("usage: python -m indexer.convert [MODEL] [--again]\n")
        return 2
    try:
        files = find_model(names[0] if names else None, cache_dir())
        folder = converted_folder(files, cache_dir(), runtime.machine()[0])
        before = read_converted(folder)
        converted = convert(files, cache_dir(), known_bad=before if "--again" in arguments else None)
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    done = "converted" if before is None or "--again" in arguments else "is converted already"
    refused = "".join(f"; {name} refused: {why}" for name, why in converted.refused.items())
    sys.stdout.write(
        f"{files.name} {done}: {converted.runtime}, lowest cosine to sentence-transformers "
        f"{converted.agreement:.5f}, in {folder}{refused}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
