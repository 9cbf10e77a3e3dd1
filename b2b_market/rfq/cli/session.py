"""One import on one server: decisions sent to it, questions asked at the terminal, the draft made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import typer

from b2b_market.infra.remote import Json, Server, Unreachable
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.units import UNITS, find_unit
from b2b_market.rfq.intake.values import DateOrder, Decimals

T = TypeVar("T")
SHOWN_ROWS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the options say. ``columns`` maps letters to fields, ``spellings`` the file's words to Rec 20 codes."""

    unit: str | None = None
    place: str | None = None
    day: date | None = None
    currency: str | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    decimals: Decimals | None = None
    date_order: DateOrder | None = None
    replace_past: bool = False
    skip: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """How a question is answered: by which option, and how what is typed becomes a decision."""

    option: str
    decision: Callable[[Json, str], Json]


@dataclass(slots=True)
class Session:
    """An import as the server last described it."""

    server: Server
    found: Json

    @classmethod
    def begin(cls, server: Server, file: Path, ways: Mapping[str, str]) -> "Session":
        """Send the file and return its import; Unreachable where what answers is no server of ours."""
        found = server.upload("/rfq-imports", file, ways)
        if "preview" not in found:
            raise Unreachable(f"what answers at {server.url} is no b2b_market")
        return cls(server, found)

    @property
    def preview(self) -> Json:
        """What the file was understood as."""
        preview: Json = self.found["preview"]
        return preview

    @property
    def path(self) -> str:
        """The import's path in the API."""
        return f"/rfq-imports/{self.found['id']}"

    @property
    def page(self) -> str:
        """The address of the import's page."""
        return f"{self.server.url}/rfqs/import/{self.found['id']}"

    def decide(self, changes: Json) -> None:
        """Change decisions, if there are any to change."""
        if changes:
            self.found = self.server.patch(self.path, changes, self.found["version"])

    def questions(self) -> list[Json]:
        """Return what is asked and blocks rows."""
        return [question for question in self.preview["questions"] if not question["optional"]]

    def rows(self, *statuses: str) -> Iterator[Json]:
        """Yield the first rows of each of these statuses."""
        for status in statuses:
            if self.preview["counts"][status]:
                yield from self.server.get(f"{self.path}/rows", status=status, limit=SHOWN_ROWS)["items"]

    def ask(self) -> None:
        """Ask at the terminal what is open until nothing is; the likely answer is offered, never taken by itself."""
        while self.questions():
            question = self.questions()[0]
            typer.echo(f"\n{question['asked']} {question['why']}")
            if question["options"]:
                typer.echo(f"  one of: {', '.join(question['options'])}")
            text = typer.prompt(ASKINGS[question["code"]].option, default=question["suggestion"])
            try:
                self.decide(ASKINGS[question["code"]].decision(question, str(text).strip()))
            except ValueError as error:
                typer.echo(f"  {error}")

    def drop(self) -> None:
        """Throw the import away."""
        self.server.delete(self.path, self.found["version"])

    def confirm(self, request: Json) -> Json:
        """Make the draft and return it."""
        return self.server.post_once(f"{self.path}/confirm", request, self.found["version"])


def decisions(preview: Json, wishes: Wishes) -> Json:
    """Return the options as decisions about this file; ValueError for a column that it does not have."""
    letters = {column["letter"]: str(column["index"]) for column in preview["columns"]}
    unknown = [letter for letter in wishes.columns if letter not in letters]
    if unknown:
        raise ValueError(f"the file has no column {unknown[0]}; it has {', '.join(letters)}")
    found: Json = {
        "unit_code": wishes.unit,
        "delivery_place": wishes.place,
        "required_on": wishes.day.isoformat() if wishes.day else None,
        "currency": wishes.currency,
        "columns": {letters[letter]: meant for letter, meant in wishes.columns.items()},
        "unit_spellings": dict(wishes.spellings),
        "decimals": dict.fromkeys(_asked(preview, "ask-decimals"), wishes.decimals) if wishes.decimals else {},
        "date_orders": dict.fromkeys(_asked(preview, "ask-date-order"), wishes.date_order) if wishes.date_order else {},
        "replace_past_dates": wishes.replace_past or None,
        "skip": list(wishes.skip),
    }
    return {name: value for name, value in found.items() if value}


def _asked(preview: Json, code: str) -> list[str]:
    return [str(question["column"]) for question in preview["questions"] if question["code"] == code]


def unit_code(text: str) -> str:
    """Return the Rec 20 code of a unit's code, sign or name; ValueError where nothing is called so."""
    unit = UNITS.get(text.upper()) or find_unit(text)
    if unit is None:
        raise ValueError(f"no unit is called {text}; write a name such as kg, or a UN/ECE Rec 20 code")
    return unit.code


def currency_code(text: str) -> str:
    """Return an ISO 4217 code; ValueError for any other text."""
    try:
        return Currency(text.upper()).code
    except Refusal as refusal:
        raise ValueError(f"{text} is no currency; write a code such as CNY, EUR or USD") from refusal


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"{text} is no date; write it as year-month-day") from error


def _one_of(question: Json, text: str) -> str:
    if text not in question["options"]:
        raise ValueError(f"write one of: {', '.join(question['options'])}")
    return text


def _place(text: str) -> str:
    if not text:
        raise ValueError("write where it shall be delivered")
    return text


ASKINGS: Final[Mapping[str, Asking]] = MappingProxyType(
    {
        "ask-unit": Asking("--unit", lambda _, text: {"unit_code": unit_code(text)}),
        "ask-place": Asking("--place", lambda _, text: {"delivery_place": _place(text)}),
        "ask-date": Asking("--date", lambda _, text: {"required_on": _day(text)}),
        "ask-date-past": Asking("--date", lambda _, text: {"required_on": _day(text)}),
        "ask-currency": Asking("--currency", lambda _, text: {"currency": currency_code(text)}),
        "ask-currency-mark": Asking("--currency", lambda asked, text: {"currency": _one_of(asked, text.upper())}),
        "ask-currency-other": Asking("--currency", lambda asked, text: {"currency": _one_of(asked, text.upper())}),
        "ask-decimals": Asking(
            "--decimals", lambda asked, text: {"decimals": {str(asked["column"]): _one_of(asked, text)}}
        ),
        "ask-date-order": Asking(
            "--date-order", lambda asked, text: {"date_orders": {str(asked["column"]): _one_of(asked, text)}}
        ),
        "ask-unit-spelling": Asking(
            "--unit-for", lambda asked, text: {"unit_spellings": {asked["facts"]["text"]: unit_code(text)}}
        ),
    }
)
"""Every question that blocks rows, by its code."""
