"""Reading forms strictly and showing them again with what was typed and what is wrong with it.

A form is read once at the edge (:func:`parse_form`): a field sent twice is refused unless it is declared a list, text
is made NFC, and NUL, lone surrogates, control and bidi characters are refused. :class:`Form` then converts fields one
by
one, collects errors as message ids, and is handed to the template again when anything is wrong.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final, Self, TypeVar
from uuid import UUID

from starlette.datastructures import UploadFile

from b2b_market.kernel.refusal import FieldError, Invalid, Kind, Refusal
from b2b_market.kernel.text import N_, is_clean
from b2b_market.ui.reading import (
    Unreadable,
    read_choice,
    read_day,
    read_decimal,
    read_moment,
    read_one_of,
    read_text,
    read_uuid,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

MAX_FIELDS: Final = 20_000
MAX_NAME: Final = 200
MAX_TEXT: Final = 20_000
MAX_ROW_DIGITS: Final = 6
CSRF_FIELD: Final = "csrf_token"


class MalformedForm(Refusal):
    """The form could not have been sent by our page: a field twice, a forbidden character, too many fields."""

    kind, code = Kind.MALFORMED, "malformed-form"
    title = N_("This form cannot be read")
    advice = N_(
        "The field {field} is sent twice, is too long or holds characters that no text may hold. Type it again."
    )


@dataclass(frozen=True, slots=True)
class FormData:
    """What was sent, by field name in the order of the form; every text clean and NFC."""

    texts: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def first(self, name: str) -> str | None:
        """Return the only or first value of ``name``, or None when it was not sent."""
        values = self.texts.get(name)
        return values[0] if values else None


def parse_form(pairs: Iterable[tuple[str, str | UploadFile]], lists: Iterable[str] = ()) -> FormData:
    """Sort ``pairs`` by name, raising MalformedForm on anything our own pages cannot have sent.

    ``lists`` names the fields that may come several times (check boxes, several files).
    """
    several = frozenset(lists)
    texts: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_FIELDS or not is_clean(name) or len(name) > MAX_NAME:
            raise MalformedForm(field="?")
        if (name in texts or name in files) and name not in several:
            raise MalformedForm(field=name)
        if isinstance(value, str):
            texts.setdefault(name, []).append(_clean(name, value))
        elif value.filename or value.size:
            files.setdefault(name, []).append(value)
    return FormData(
        MappingProxyType({name: tuple(values) for name, values in texts.items()}),
        MappingProxyType({name: tuple(values) for name, values in files.items()}),
    )


def _clean(name: str, value: str) -> str:
    text = value.replace("\r\n", "\n")
    text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_TEXT or not is_clean(text):
        raise MalformedForm(field=name)
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a field: a message id and the facts that fill it."""

    message: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """Return what a refusal says as a whole: its advice, else its title."""
        return cls(refusal.advice or refusal.title, _texts(refusal.facts))


class Form:
    """The state of one form: what is in each field, and what is wrong with it.

    Converters (:meth:`text`, :meth:`decimal` …) strip the value, note an error under the field's name, and return None
    when the field is empty or wrong; check :attr:`ok` after the last of them.
    """

    def __init__(self, data: FormData | None = None, initial: Mapping[str, object] | None = None) -> None:
        """Start from what was sent, or from ``initial`` values of an object being edited (None becomes empty)."""
        self.data = data or FormData(MappingProxyType({}))
        self._initial = {name: _shown(value) for name, value in (initial or {}).items()}
        self.errors: dict[str, list[Problem]] = {}
        self.form_errors: list[Problem] = []
        self.labels: dict[str, str] = {}

    def set_initial(self, name: str, value: object) -> None:
        """Let a field show ``value`` where no form was sent."""
        self._initial[name] = _shown(value)

    def initial_names(self) -> tuple[str, ...]:
        """Return the names of the fields that have an initial value."""
        return tuple(self._initial)

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong so far."""
        return not self.errors and not self.form_errors

    def value(self, name: str) -> str:
        """Return what the field shows: as typed where the form was sent, else its initial value, else ''."""
        sent = self.data.first(name)
        if sent is not None:
            return sent
        return "" if self.data.texts else self._initial.get(name, "")

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of a list field, as sent or initial (one per line)."""
        if self.data.texts:
            return self.data.texts.get(name, ())
        initial = self._initial.get(name, "")
        return tuple(initial.split("\n")) if initial else ()

    def error(self, name: str) -> Problem | None:
        """Return the first thing wrong with the field, or None."""
        problems = self.errors.get(name)
        return problems[0] if problems else None

    def add_error(self, name: str, message: str, /, **facts: str) -> None:
        """Note that ``message`` (a message id, filled by ``facts``) is wrong with the field; '' is the whole form."""
        self._add(name, Problem(message, MappingProxyType(facts)))

    def add_advice(self, name: str, refusal: Refusal) -> None:
        """Note at the field, or for the whole form (''), what a refusal says as a whole."""
        self._add(name, Problem.of(refusal))

    def add_field_error(self, name: str, error: FieldError) -> None:
        """Note at the field, or for the whole form (''), one of the errors that a refusal names."""
        self._add(name, Problem(error.detail, _texts(error.facts or {})))

    def add_refusal(self, refusal: Refusal) -> None:
        """Take over a refusal of the business: its field errors by JSON pointer, its advice for the whole form.

        ``/lines/3/quantity`` belongs to the field ``lines-3-quantity``.
        """
        for error in refusal.errors:
            self.add_field_error(error.pointer.strip("/").replace("/", "-"), error)
        if not refusal.errors or not isinstance(refusal, Invalid):
            self.add_advice("", refusal)

    def _add(self, name: str, problem: Problem) -> None:
        if name:
            self.errors.setdefault(name, []).append(problem)
        else:
            self.form_errors.append(problem)

    def rows(self, prefix: str) -> tuple[int, ...]:
        """Return the numbers of the rows sent as ``<prefix>-<number>-<field>``, ascending."""
        numbers = set()
        for name in self.data.texts:
            head, _, rest = name.partition("-")
            number, _, column = rest.partition("-")
            if head == prefix and column and number.isascii() and number.isdigit() and len(number) <= MAX_ROW_DIGITS:
                numbers.add(int(number))
        return tuple(sorted(numbers))

    def text(self, name: str, *, required: bool = False, limit: int = 200, lines: bool = False) -> str | None:
        """Return the text without outer blanks; line ends only with ``lines``; at most ``limit`` characters."""
        return self._read(name, partial(read_text, limit=limit, lines=lines), required=required)

    def decimal(
        self,
        name: str,
        *,
        required: bool = False,
        places: int = 6,
        least: Decimal | None = None,
        most: Decimal | None = None,
    ) -> Decimal | None:
        """Return an exact number with at most ``places`` decimals; grouping commas and blanks are allowed."""
        return self._read(name, partial(read_decimal, places=places, least=least, most=most), required=required)

    def integer(
        self, name: str, *, required: bool = False, least: int | None = None, most: int | None = None
    ) -> int | None:
        """Return a whole number between ``least`` and ``most``."""
        low = None if least is None else Decimal(least)
        high = None if most is None else Decimal(most)
        number = self.decimal(name, required=required, places=0, least=low, most=high)
        return None if number is None else int(number)

    def choice(self, name: str, kind: type[E], *, required: bool = False) -> E | None:
        """Return the member of ``kind`` whose value was chosen."""
        return self._read(name, partial(read_choice, kind=kind), required=required)

    def one_of(self, name: str, allowed: Iterable[str], *, required: bool = False) -> str | None:
        """Return the value if it is one of ``allowed``."""
        return self._read(name, partial(read_one_of, allowed=allowed), required=required)

    def uuid(self, name: str, *, required: bool = False) -> UUID | None:
        """Return an identifier in its canonical spelling."""
        return self._read(name, read_uuid, required=required)

    def day(self, name: str, *, required: bool = False) -> date | None:
        """Return a date written ``2026-11-22``, from 2000 to 2100."""
        return self._read(name, read_day, required=required)

    def moment(self, name: str, zone: tzinfo, *, required: bool = False) -> datetime | None:
        """Return a local time of ``zone`` written ``2026-11-22T14:30`` as aware UTC (see reading.read_moment)."""
        return self._read(name, partial(read_moment, zone=zone), required=required)

    def flag(self, name: str) -> bool:
        """Tell whether a check box is ticked."""
        return bool(self.value(name))

    def file(self, name: str, *, required: bool = False) -> UploadFile | None:
        """Return the file sent; an empty one counts as none."""
        found = self.data.files.get(name)
        if found:
            return found[0]
        if required:
            self.add_error(name, N_("Choose a file."))
        return None

    def _read(self, name: str, reader: Callable[[str], T], *, required: bool) -> T | None:
        value = self.value(name).strip()
        if not value:
            if required:
                self.add_error(name, N_("Fill this in."))
            return None
        try:
            return reader(value)
        except Unreadable as wrong:
            self.add_error(name, wrong.message, **wrong.facts)
            return None


def _texts(facts: Mapping[str, object]) -> Mapping[str, str]:
    return MappingProxyType({name: str(value) for name, value in facts.items()})


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_shown(item) for item in value)
    return str(value)
