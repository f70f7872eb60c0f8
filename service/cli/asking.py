"""``ask``: a question in, a cited answer out, for people, programs and reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import (
    AfterOption,
    ArchiveOption,
    ArticleOption,
    AuthorOption,
    BeforeOption,
    JsonOption,
    LanguageOption,
    LlmContextOption,
    LlmModelOption,
    LlmOption,
    ModelOption,
    PublisherOption,
    filter_from,
    generator_from,
    open_answerer,
    print_json,
)
from service.cli.printable import printable, printable_json
from service.cli.remote import UrlOption, open_client

if TYPE_CHECKING:
    from datetime import date

    from service.answer.answerer import Answerer
    from service.answer.records import Answer, AskOptions
    from service.generate.client import Generator

ExportOption = Annotated[
    str | None, typer.Option("--export", help="Write it for a report: md, html, or json (which `verify` checks again).")
]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Write the export here, in the form that the name ends in.")
]
StyleOption = Annotated[
    str | None, typer.Option("--style", help="Add the references as bibtex, ris, csl-json, annotation or link.")
]
AccessedOption = Annotated[
    str | None, typer.Option("--accessed", help="The day to state in the export as that of asking (2026-11-22).")
]


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(
    question: Annotated[list[str], typer.Argument(help="A question, or words; what `search` takes works here too.")],
    publisher: PublisherOption = None,
    author: AuthorOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    passages: Annotated[int, typer.Option("--passages", help="How many of the best passages are read.")] = 10,
    nearest: Annotated[int, typer.Option("--nearest", help="How many are shown when there is no answer.")] = 3,
    rerank: Annotated[bool, typer.Option("--rerank/--no-rerank", help="Let the reader say which are the best.")] = True,
    explain: Annotated[bool, typer.Option("--explain", help="Say where the time went.")] = False,
    export: ExportOption = None,
    out: OutOption = None,
    style: StyleOption = None,
    accessed: AccessedOption = None,
    llm: LlmOption = None,
    llm_model: LlmModelOption = None,
    llm_context: LlmContextOption = None,
    archive: ArchiveOption = None,
    url: UrlOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> int:
    """Answer a question with the exact words of an article, cited, or say that the archive does not answer it.

    With --llm a language model writes the answer, and only sentences that a cited passage bears out are kept; the
    passages are sent to that endpoint. A key that it needs is read from $PRESSMARK_LLM_KEY.

    Exit code 0 when it is answered, 1 when it is not.

    Example:  pressmark ask 'Is the memorandum binding?' --export md -o answer.md
    """
    from service.answer.records import AskOptions
    from service.shapes import answer_json

    form = _form(export, out, as_json, style, accessed)
    day = _day(accessed)
    limits = filter_from(publisher, author, language, article, after, before)
    options = AskOptions(limits, passages, nearest, rerank)
    if url is not None:
        llm_options = {"--llm": llm, "--llm-model": llm_model, "--llm-context": llm_context}
        with open_client(url, beside={"--archive": archive, "--model": model, **llm_options}) as client:
            answer = client.ask(" ".join(question), options)
    else:
        generator = generator_from(llm, llm_model, llm_context)
        answer = _asked(open_answerer(archive, model), generator, " ".join(question), options)
    if form is not None:
        _export(answer, form, out, style, day, explain)
    elif as_json:
        print_json(answer_json(answer, explain=explain))
    else:
        from service.cli.answers import show_answer

        show_answer(answer, explain=explain)
    return 1 if answer.abstained else 0


def _asked(answerer: Answerer, generator: Generator | None, question: str, options: AskOptions) -> Answer:
    if generator is None:
        return answerer.ask(question, options)
    from service.answer.records import Answer
    from service.generate.answering import ask_model

    *_, answer = ask_model(answerer, generator, question, options)
    assert isinstance(answer, Answer)
    return answer


def _form(export: str | None, out: Path | None, as_json: bool, style: str | None, accessed: str | None) -> str | None:
    """The form of export that is meant, None for none. What cannot be written is refused before any work."""
    from indexer.errors import BadQuery

    form = export or (out.suffix.removeprefix(".").lower() if out else None)
    stated = [option for option, value in (("--style", style), ("--accessed", accessed)) if value is not None]
    if form is None:
        if stated:
            raise BadQuery(f"{' and '.join(stated)}: only an export shows that. Add: --export md")
        return None
    from service.export import require_form

    if as_json:
        raise BadQuery("--json prints and an export is written. Leave out --json, or write: --export json")
    require_form(form, style or "markdown")
    if form == "json" and stated:
        raise BadQuery(f"{' and '.join(stated)}: JSON has no place for that. Use --export md or --export html")
    return form


def _day(accessed: str | None) -> date | None:
    from indexer.errors import BadDate
    from indexer.records import PartialDate

    if accessed is None:
        return None
    stated = PartialDate.parse(accessed)
    if stated.precision != "day":
        raise BadDate(f"--accessed {accessed} is no day. Write it as YYYY-MM-DD")
    return stated.first_day


def _export(
    answer: Answer, form: str, out: Path | None, style: str | None, accessed: date | None, explain: bool
) -> None:
    from service.export import export_answer

    document = export_answer(answer, form, style=style or "markdown", accessed=accessed, explain=explain)
    if out is not None:
        out.write_text(document, encoding="utf-8", newline="\n")
        typer.echo(
            f"{out}: {'no answer' if answer.abstained else 'the answer'}, {len(document):,} characters", err=True
        )
    elif form == "json":
        typer.echo(printable_json(document), nl=False)
    else:  # exact where a file is to hold it, harmless where a terminal is to show it
        typer.echo(printable(document) if sys.stdout.isatty() else document, nl=False)
