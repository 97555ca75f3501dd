"""python -m qa: ask the articles of an index, and get quotes.

Exit status: 0 answered (of --batch: every line was asked), 1 no answer, 2 wrong use, 3 no usable index.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from index.errors import NoUsableIndexError, QuothError
from index.settings import read_settings
from index.terminal import shown, shown_in_line

if TYPE_CHECKING:
    # Imported where they are used: they bring torch, which the help does not need.
    from qa.assistant import Assistant
    from qa.evaluation.report import Figure
    from qa.reply import Claim, Reply, Turn

application = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

IndexOption = Annotated[Path | None, typer.Option("--index", help="The index folder (default: $QUOTH_INDEX_DIR or .quoth).")]
ReaderOption = Annotated[str | None, typer.Option(help="Another reader: a folder or a hub name.")]
TopKOption = Annotated[int | None, typer.Option(min=1, max=100, help="How many passages to find.")]


@application.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[str | None, typer.Option(help="A file of questions as JSON lines, or - for standard input.")] = None,
    index: IndexOption = None,
    reader: ReaderOption = None,
    top_k: TopKOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as JSON.")] = False,
) -> None:
    """Ask one question, or with --batch many."""
    with _errors():
        if (question is None) == (batch is None):
            raise QuothError('Give one question, as in: python -m qa ask "How many?" or a file of them by --batch FILE.')
        if batch is not None:
            _ask_batch(batch, _open(index, reader), top_k)
            return
        assert question is not None  # noqa: S101, for the type checker: one of the two is given
        reply = _open(index, reader).ask(question, top_k=top_k)
        print(_json(reply.to_dict()) if as_json else in_words(reply))
        raise typer.Exit(1 if reply.answer is None else 0)


@application.command()
def chat(index: IndexOption = None, reader: ReaderOption = None, top_k: TopKOption = None) -> None:
    """Ask in a terminal, one question after the other."""
    from qa.reply import Turn

    with _errors():
        assistant = _open(index, reader)
        print("Ask your articles; an empty line or Ctrl-D ends.")
        history: list[Turn] = []
        while True:
            try:
                question = input("\n> ").strip()
            except EOFError:
                print()
                return
            if not question:
                return
            try:
                reply = assistant.ask(question, history=history, top_k=top_k)
            except ValueError as error:
                print(error)
                continue
            print(in_words(reply))
            history.append(Turn(reply.resolved_question, reply.answer.text if reply.answer else ""))


@application.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="SQuAD's JSON or JSON lines, gzipped or not; or follow-ups with rewrites.")],
    index: Annotated[Path | None, typer.Option(help="Ask this index instead of one made of the file's contexts.")] = None,
    reading: Annotated[bool, typer.Option("--reading", help="Give the reader the right passage: no search.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only so many questions, drawn by a fixed seed.")] = None,
    reader: ReaderOption = None,
    top_k: TopKOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object of figures.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write the risk-coverage and calibration curves to this picture.")] = None,
) -> None:
    """Measure the answers on questions whose answers are known.

    With a file of {"history", "question", "rewrite"} rows, as CANARD has them, it measures how follow-up questions are
    completed, over the half of its conversations (by a hash of how they begin) that nothing was tuned on.
    """
    with _errors():
        if reading and index is not None:
            raise QuothError("--reading searches nothing, so it takes no --index; give one of the two.")
        from qa.evaluation.follow_ups import are_follow_ups, follow_up_figures, is_reported, read_follow_ups
        from qa.evaluation.measure import sample

        if are_follow_ups(file):
            if reading or index is not None or plot is not None or reader is not None or top_k is not None:
                raise QuothError(
                    f"{file} holds follow-up questions, which are not answered: only --limit and --json can be given."
                )
            rows = [row for row in read_follow_ups(file) if is_reported(row)]
            _print_figures(follow_up_figures(sample(rows, limit)), as_json=as_json)
            return
        from qa.evaluation.report import draw, figures
        from qa.evaluation.run import run

        given = {name: value for name, value in (("reader", reader), ("top_k", top_k)) if value is not None}
        outcomes, threshold = run(file, read_settings(**given), index=index, reading=reading, limit=limit)
        measured = figures(outcomes, threshold, given=reading)
        if plot is not None:
            draw(outcomes, threshold, plot)
        _print_figures(measured, as_json=as_json)


def _print_figures(measured: Sequence[Figure], *, as_json: bool) -> None:
    from qa.evaluation.report import table

    print(_json({figure.name: figure.plain() for figure in measured}) if as_json else table(measured))


def in_words(reply: Reply) -> str:
    """A reply as a terminal shows it."""
    lines = []
    if reply.resolved_question != reply.question.strip():
        lines.append(f"(asked as: {reply.resolved_question})")
    if reply.answer is None:
        lines += ["The articles do not say.", reply.reason]
        if reply.related and reply.passages:
            nearest = reply.passages[0]
            place = f"{shown_in_line(nearest.article)}:{nearest.start}-{nearest.end}"
            lines += ["Related, not an answer:", f"  {nearest.text}", f"  {place}"]
        return shown("\n".join(lines))
    if reply.status == "not_disclosed":
        lines.append(reply.reason)
    lines += _claim_lines(reply.answer, reply.status == "answered")
    if reply.alternatives:
        lines.append("The articles also say:" if not reply.conflict else "The articles differ:")
        for claim in reply.alternatives:
            lines += _claim_lines(claim, with_confidence=True)
    if reply.not_disclosed is not None:
        lines += ["What is not known or not disclosed:", *_claim_lines(reply.not_disclosed, with_confidence=False)]
    return shown("\n".join(lines))


def _claim_lines(claim: Claim, with_confidence: bool) -> list[str]:
    confidence = f"  ({claim.confidence:.0%} sure)" if with_confidence else ""
    lines = [f"{claim.text}{confidence}"]
    if claim.quote != claim.text:
        lines.append(f"  “{claim.quote}”")
    facts = [
        f"{claim.stance} in this sentence" if claim.stance else "",
        f"said by: {claim.said_by.text}" if claim.said_by else "",
        f"when: {claim.when.text}" if claim.when else "",
        f"said in {claim.sources} articles" if claim.sources > 1 else "",
    ]
    lines += [f"  {'; '.join(filter(None, facts))}"] if any(facts) else []
    title = ", ".join(filter(None, (claim.title, (claim.published or "")[:10], f"page {claim.page}" if claim.page else "")))
    return [*lines, f"  {shown_in_line(title)}", f"  {shown_in_line(claim.article)}:{claim.start}-{claim.end}"]


def _open(index: Path | None, reader: str | None) -> Assistant:
    from index.catalog import Catalog

    given = {name: value for name, value in (("index_dir", index), ("reader", reader)) if value is not None}
    settings = read_settings(**given)
    # Before the seconds that importing torch takes, so that a missing index is said at once.
    Catalog.open(settings.index_dir)
    from qa.assistant import Assistant

    return Assistant.open(settings=settings)


def _ask_batch(file: str, assistant: Assistant, top_k: int | None) -> None:
    """One reply a line, in the questions' order, each as soon as it is ready; a line that cannot be asked brings
    {"error": ...} in its place, and exit status 2 at the end."""
    wrong = 0
    with _lines(file) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                question, history = _parse(line)
                reply = assistant.ask(question, history=history, top_k=top_k).to_dict()
            except ValueError as error:
                wrong += 1
                reply = {"error": f"{file}, line {number}: {error}"}
                print(f"quoth: {shown(reply['error'])}", file=sys.stderr)
            print(_json(reply), flush=True)
    if wrong:
        raise typer.Exit(2)


def _json(value: dict[str, Any]) -> str:
    """JSON in one line, in which "?" stands for what is no character: a command line can hand over any bytes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _parse(line: bytes) -> tuple[str, list[Turn]]:
    from qa.reply import Turn

    expected = 'expected {"question": "...", "history": [{"question": "...", "answer": "..."}]}'
    try:
        row = json.loads(line)
        question = row["question"]
        history = [Turn(turn["question"], turn["answer"] or "") for turn in row.get("history") or []]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(expected) from None
    if not all(isinstance(text, str) for text in [question, *(t.question for t in history), *(t.answer for t in history)]):
        raise ValueError(expected)
    return question, history


@contextmanager
def _lines(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    path = Path(file)
    if not path.is_file():
        raise QuothError(f"There is no file of questions {file}; give one by --batch FILE, or - for standard input.")
    with path.open("rb") as opened:
        yield opened


@contextmanager
def _errors() -> Iterator[None]:
    """Turns what a user can mend into one sentence on stderr and an exit status."""
    try:
        yield
    except NoUsableIndexError as error:
        print(f"quoth: {shown(str(error))}", file=sys.stderr)
        raise typer.Exit(3) from None
    except (QuothError, ValueError, OSError) as error:
        print(f"quoth: {shown(str(error))}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


if __name__ == "__main__":
    application(prog_name="python -m qa")
