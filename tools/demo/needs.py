"""From a file to a draft: send it, answer what its preview asks, confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tools.demo.desk import Desk, Surprise, expect
from tools.demo.report import Report

PLACE: Final = "大连长兴岛工厂 2 号库 / Dalian plant, warehouse 2"
NEEDED_IN: Final = timedelta(days=45)
TERMS: Final = {"payment_terms": "30 days net", "incoterm": "DAP", "incoterm_place": "Dalian"}
_ROUNDS: Final = 8
_SHOWN: Final = 5


@dataclass(frozen=True)
class Frame:
    """What the request says beyond its needs."""

    closes_at: datetime
    supplier_ids: tuple[str, ...]


def read_file(desk: Desk, report: Report, file: Path) -> Mapping[str, Any]:
    """Send the file and answer every question of its preview; return the import, ready to be confirmed."""
    upload = {"file": (file.name, file.read_bytes())}
    found: Mapping[str, Any] = desk.call("POST", "/rfq-imports", 201, files=upload).json()
    report.step(desk.who, f"sent {file.name}: {_counted(found)}", desk.page(f"/rfqs/import/{found['id']}"))
    told: set[str] = set()
    for _ in range(_ROUNDS):
        questions = [asked for asked in found["preview"]["questions"] if _answer(asked) is not None]
        if not questions:
            break
        for asked in questions:
            if asked["asked"] not in told:
                report.more(f"· {asked['asked']} {_spoken(asked)}")
            told.add(asked["asked"])
        answers = _merged(questions)
        found = desk.change("PATCH", f"/rfq-imports/{found['id']}", answers, found["version"])
    open_questions = [asked["asked"] for asked in found["preview"]["questions"] if not asked["optional"]]
    expect(not open_questions, f"questions that this run cannot answer: {open_questions}")
    expect(found["preview"]["counts"]["ready"] > 0, f"no row of {file.name} is a need: {_counted(found)}")
    return found


def confirm(desk: Desk, report: Report, found: Mapping[str, Any], frame: Frame) -> Mapping[str, Any]:
    """Store the draft that the import becomes and return it; rows in error are named and left behind."""
    preview = found["preview"]
    problems = preview["counts"]["error"] + preview["counts"]["waiting"]
    if problems:
        _tell_problems(desk, report, found)
    currency = request_currency(desk, preview)
    body = {
        "title": preview["title"] or f"Needs listed in {found['filename']}",
        "currency": currency,
        "closes_at": frame.closes_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "description": "Prices without tax. 不含税报价。",
        "terms": TERMS,
        "supplier_ids": list(frame.supplier_ids),
        "only_ready": bool(problems),
    }
    rfq: Mapping[str, Any] = desk.post(
        f"/rfq-imports/{found['id']}/confirm", body, version=found["version"], status=201
    )
    expect(rfq["line_count"] == preview["counts"]["ready"], f"{rfq['line_count']} lines of {_counted(found)}")
    report.step(
        desk.who,
        f"confirmed: draft {rfq['number']} “{rfq['title']}” with {rfq['line_count']} lines in {currency}, "
        f"rows skipped: {preview['counts']['skipped']}",
        desk.page(f"/rfqs/{rfq['id']}"),
    )
    return rfq


def request_currency(desk: Desk, preview: Mapping[str, Any]) -> str:
    """Return the currency of the file's prices, else the one it names, else the company's own.

    One that the stored rates do not reach is no use for a comparison, so the company's own takes its place.
    """
    own = str(desk.get("/organization/settings")["base_currency"])
    sums = sorted(preview["target_sums"], key=lambda one: float(one["amount"]))
    named = [str(one["value"]) for one in preview["defaults"] if one["field"] == "currency"]
    wanted = str(sums[-1]["currency"]) if sums else next(iter(named), own)
    return wanted if sums or wanted == own or _has_rate(desk, wanted, own) else own


def _has_rate(desk: Desk, base: str, quote: str) -> bool:
    params = {"base": base, "quote": quote, "day": today().isoformat()}
    return desk.http.get("/api/v1/reference/rates/lookup", params=params).is_success


def today() -> date:
    """Return the day of the computer this runs on, in UTC."""
    return datetime.now(UTC).date()


def _answer(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the decision that answers a question, None for one that is not ours to answer."""
    column, text = str(asked["column"]), asked["facts"].get("text", "")
    option = asked["suggestion"] or next(iter(asked["options"]), None)
    needed_on = (today() + NEEDED_IN).isoformat()
    answers: dict[str, dict[str, Any]] = {
        "ask-unit": {"unit_code": option or "H87"},
        "ask-unit-spelling": {"unit_spellings": {text: option or "H87"}},
        "ask-currency": {"currency": option or "CNY"},
        "ask-currency-mark": {"currency": option},
        "ask-currency-other": {"currency": option},
        "ask-decimals": {"decimals": {column: option}},
        "ask-date-order": {"date_orders": {column: option}},
        "ask-date": {"required_on": needed_on},
        "ask-date-past": {"required_on": needed_on},
        "ask-past-dates": {"replace_past_dates": True, "required_on": needed_on},
        "ask-place": {"delivery_place": PLACE},
    }
    return answers.get(asked["code"])


def _merged(questions: list[Mapping[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for asked in questions:
        for name, value in (_answer(asked) or {}).items():
            if isinstance(value, dict):
                merged.setdefault(name, {}).update(value)
            else:
                merged[name] = value
    return merged


def _spoken(asked: Mapping[str, Any]) -> str:
    values = list((_answer(asked) or {}).values())
    shown = next((value for value in reversed(values) if value is not True), "")
    return ", ".join(map(str, shown.values())) if isinstance(shown, dict) else str(shown)


def _counted(found: Mapping[str, Any]) -> str:
    counts = found["preview"]["counts"]
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "no rows"


def _tell_problems(desk: Desk, report: Report, found: Mapping[str, Any]) -> None:
    for status in ("error", "waiting"):
        rows = desk.get(f"/rfq-imports/{found['id']}/rows", status=status, limit="200")["items"]
        for row in rows[:_SHOWN]:
            first = next(iter(row["errors"] + row["waits"]), None)
            if first is None:
                raise Surprise(f"row {row['number']} is in status {status} and does not say why")
            report.more(f"· row {row['number']} is left behind: {first['found']}. {first['right']}")
        if len(rows) > _SHOWN:
            report.more(f"· and {len(rows) - _SHOWN} more rows")
