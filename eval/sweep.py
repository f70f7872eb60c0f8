"""One suite under several configurations, each held against the one that ships.

A configuration is a ``Setting``: search options, and how the archive is cut and embedded. Each is run whole; one that
cannot run is an error, and no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias, TypeVar

from eval import rankings
from eval.archives import corpus_archive, cut_anew
from eval.compare import Comparison, compare
from eval.result import Result
from eval.run import run
from eval.suite import Suite
from indexer.archive import Archive
from indexer.build import chunk_config
from indexer.embed import load_embedder
from indexer.errors import BadQuery
from indexer.progress import Tell
from service.candidates import Recipe
from service.search import Searcher, SearchOptions

T = TypeVar("T")
Shown: TypeAlias = Callable[[], AbstractContextManager[T]]
"""What shows progress while it is open, and what to tell it."""

CUTTING = {"passage-size": int, "overlap": int, "model": str}
"""What a setting may change beside search options; each takes an archive of its own."""
_RANKING = tuple(f.name for f in fields(Recipe))


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration of search and archive. None: as the archive at hand has it."""

    options: SearchOptions
    size: int | None = None
    overlap: int | None = None
    model: str | None = None

    @property
    def own_archive(self) -> bool:
        return (self.size, self.overlap, self.model) != (None, None, None)


def settings_of(sweeps: Sequence[str], default: SearchOptions) -> list[tuple[str, Setting]]:
    """Every combination of what is to be tried, with its label.

    >>> [label for label, _ in settings_of(["weight=0.4,0.6", "depth=50"], SearchOptions())]
    ['weight=0.4 depth=50', 'weight=0.6 depth=50']

    Raises:
        BadQuery: a name that cannot be swept, or a value that cannot be.
    """
    axes = [_axis(sweep) for sweep in sweeps]
    names = [axis[0][0] for axis in axes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadQuery(f"--sweep {twice[0]} is given twice. Write its values in one: --sweep {twice[0]}=VALUE,VALUE")
    combined = [dict(values) for values in product(*axes)]
    return [(" ".join(f"{k}={v}" for k, v in values.items()), _setting(values, default)) for values in combined]


def _axis(sweep: str) -> list[tuple[str, str]]:
    name, equals, values = sweep.partition("=")
    known = (*_RANKING, *CUTTING)
    if name not in known or not equals or not all(values.split(",")):
        raise BadQuery(
            f"--sweep {sweep!r}: write NAME=VALUE,VALUE with one of {', '.join(known)}, as in --sweep weight=0.4,0.6"
        )
    return [(name, value) for value in dict.fromkeys(values.split(","))]


def _setting(values: Mapping[str, str], default: SearchOptions) -> Setting:
    types = {f.name: type(getattr(default, f.name)) for f in fields(default) if f.name in _RANKING} | CUTTING
    typed = {}
    for name, text in values.items():
        try:
            typed[name] = types[name](text)
        except ValueError as error:
            raise BadQuery(f"--sweep {name}={text}: {text!r} is no {types[name].__name__}. Write a number") from error
    options = replace(default, **{name: value for name, value in typed.items() if name in _RANKING})
    return Setting(options, typed.get("passage-size"), typed.get("overlap"), typed.get("model"))


def run_sweep(
    suite: Suite,
    searcher: Searcher,
    options: SearchOptions,
    sweeps: Sequence[str],
    *,
    queries: Shown[rankings.Tell],
    indexing: Shown[Tell],
) -> tuple[Result, list[tuple[str, Comparison]]]:
    """The default's result, and each setting's difference from it.

    ``queries`` and ``indexing`` show how far each run, and each archive that is made for one, has come.

    Raises:
        BadQuery: a setting that cannot be.
    """
    settings = settings_of(sweeps, options)
    if searcher.reader is None and any(sweep.startswith("rerank=") for sweep in sweeps):
        raise BadQuery("--sweep rerank changes nothing in a searcher without a reader. Leave it out, or give it one")
    with queries() as tell:
        default, _, _ = run(suite, searcher, options, tell)
    rows = []
    for label, setting in settings:
        with ExitStack() as stack:
            with indexing() as tell_indexing:
                other = stack.enter_context(searcher_for(setting, suite, searcher, tell_indexing))
            with queries() as tell:
                result, _, _ = run(suite, other, setting.options, tell)
        rows.append((label, compare(default, result, across_models=True)))
    return default, rows


def sweep_json(default: Result, rows: Sequence[tuple[str, Comparison]]) -> dict[str, Any]:
    """A sweep as a file: what each setting changed, by measure, with its interval and chance."""
    return {
        "suite": default.suite,
        "digest": default.digest,
        "manifest": default.manifest,
        "config": default.config,
        "judged": default.judged,
        "commit": default.commit,
        "machine": default.machine,
        "versions": default.versions,
        "default": {name: asdict(value) for name, value in default.measures.items()},
        "settings": {label: [asdict(change) for change in comparison.changes] for label, comparison in rows},
    }


@contextmanager
def searcher_for(setting: Setting, suite: Suite, default: Searcher, tell: Tell) -> Iterator[Searcher]:
    """A searcher over an archive that is cut and embedded as the setting says: the default's own where it says nothing.

    An archive of a suite's own articles is kept for the next time; one of somebody's archive goes when this ends.
    """
    if not setting.own_archive:
        yield default
        return
    manifest = default.archive.manifest
    embedder = load_embedder(setting.model or manifest.model)
    size = manifest.chunk.size if setting.size is None else setting.size
    overlap = manifest.chunk.overlap if setting.overlap is None else setting.overlap
    config = chunk_config(embedder, min(size, embedder.card.limit) if setting.size is None else size, overlap)
    if suite.corpus is not None:
        yield Searcher(corpus_archive(suite.name, suite.corpus, embedder, config, tell)[0], embedder, default.reader)
        return
    with TemporaryDirectory(prefix="pressmark-") as folder:
        archive: Archive = cut_anew(default.archive, Path(folder) / "archive", embedder, config)
        yield Searcher(archive, embedder, default.reader)
