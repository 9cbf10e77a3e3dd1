"""The main job, step by step, each step as the person whose step it is."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx2

from tools.demo import needs, offers, papers
from tools.demo.desk import Desk, expect
from tools.demo.offers import Plan
from tools.demo.people import Cast, Person
from tools.demo.report import Report

OPEN_SECONDS: Final = 6
LINES_PER_SECOND: Final = 50
PACE: Final = 4
"""Suppliers get six seconds, one more for so many lines, and four times what reading the file took on this machine:
the run waits for the clock to close the request."""

WHOLE: Final = Plan(Decimal("0.98"), strong=0)
PARTIAL: Final = Plan(Decimal("1.00"), strong=1, every=2)
FIRST_TRY: Final = Plan(Decimal("1.06"), strong=1)
REVISED: Final = Plan(Decimal("0.98"), strong=1)


@dataclass
class Story:
    """One run. The suppliers' parts: whole, partial, late, revised."""

    url: str
    cast: Cast
    report: Report
    desks: list[Desk] = field(default_factory=list)

    def run(self, file: Path) -> None:
        """Run from the file to the contracts; Surprise wherever the product does something else."""
        self.report.head(f"From {file.name} to contracts at {self.url}")
        started = time.monotonic()
        try:
            admin, purchaser, approver, *sales = [self._sit_down(person) for person in self.cast.everybody]
            with self._without_minimum(admin):
                rfq = self._published(file, purchaser, approver, sales)
                quotes = self._quoted(purchaser, sales, rfq)
                self._closed(purchaser, sales[2], rfq)
            award = self._awarded(purchaser, approver, rfq, quotes)
            self._told(sales, award, quotes)
            papers.check_contracts(purchaser, self.report, award, self._digits(purchaser))
            self._done(purchaser, rfq)
        finally:
            for desk in self.desks:
                desk.http.close()
        self.report.foot(
            f"Everything as it should be: {self.report.steps} steps in {time.monotonic() - started:.0f} s."
        )

    def _sit_down(self, person: Person) -> Desk:
        desk = Desk(person, httpx2.Client(base_url=self.url, timeout=60, trust_env=False))
        self.desks.append(desk)
        desk.sign_in()
        return desk

    @contextmanager
    def _without_minimum(self, admin: Desk) -> Iterator[None]:
        """Let a request close within seconds; afterwards the company asks for its usual hours again."""
        before = admin.get("/organization/settings")
        usual = before["minimum_quoting_hours"]
        self._set_minimum(admin, before, 0)
        self.report.step(
            admin.who,
            f"minimum quoting time {usual} h → 0 h, for this run only",
            admin.page("/organization/settings"),
        )
        try:
            yield
        finally:
            self._set_minimum(admin, admin.get("/organization/settings"), usual)
            self.report.step(admin.who, f"minimum quoting time back to {usual} h", "/organization/settings")

    def _set_minimum(self, admin: Desk, now: Mapping[str, Any], hours: int) -> None:
        names = ("minimum_extension_hours", "base_currency", "timezone", "default_delivery_place", "default_unit")
        body = {"minimum_quoting_hours": hours, **{name: now[name] for name in names}}
        admin.change("PUT", "/organization/settings", body, now["version"])

    def _published(self, file: Path, purchaser: Desk, approver: Desk, sales: Sequence[Desk]) -> Mapping[str, Any]:
        """Import the needs, send the draft to the approver, who opens it; return it as its buyer sees it."""
        started = time.monotonic()
        found = needs.read_file(purchaser, self.report, file)
        slow = PACE * (time.monotonic() - started) + found["preview"]["counts"]["ready"] / LINES_PER_SECOND
        closes_at = datetime.now(UTC) + timedelta(seconds=OPEN_SECONDS + slow)
        frame = needs.Frame(closes_at, tuple(desk.org_id for desk in sales))
        draft = needs.confirm(purchaser, self.report, found, frame)
        sent = purchaser.post(f"/rfqs/{draft['id']}/submit", version=draft["version"])
        expect(sent["status"] == "pending_approval", f"a submitted request is {sent['status']}")
        self.report.step(
            purchaser.who,
            f"sent it for approval: {_limit(purchaser, 'rfq:publish')}",
            purchaser.page(f"/rfqs/{draft['id']}"),
        )
        opened = approver.post(f"/rfqs/{draft['id']}/approve", version=sent["version"])
        expect(opened["status"] == "published", f"an approved request is {opened['status']}")
        self.report.step(
            approver.who,
            f"approved it: published to {len(sales)} suppliers until {_clock(opened['closes_at'])} UTC",
            approver.page(f"/rfqs/{draft['id']}"),
        )
        rfq: Mapping[str, Any] = purchaser.get(f"/rfqs/{draft['id']}")
        return rfq

    def _quoted(self, purchaser: Desk, sales: Sequence[Desk], rfq: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Let three suppliers quote, one of them twice; return the live quotations."""
        targets = offers.targets_of(rfq)
        whole = self._quote(sales[0], rfq, WHOLE, targets)
        partial = self._quote(sales[1], rfq, PARTIAL, targets, "only a part of the lines")
        first = self._quote(sales[3], rfq, FIRST_TRY, targets)
        revised = self._quote(sales[3], rfq, REVISED, targets, "lower prices", replaces=first)
        expect(revised["revision"] == first["revision"] + 1, f"a revised quotation is revision {revised['revision']}")
        listed = purchaser.get(f"/rfqs/{rfq['id']}/quotes")["items"]
        currencies = {one["currency"] for one in listed}
        expect(len(listed) == 3 and len(currencies) > 1, f"{len(listed)} quotations in {sorted(currencies)}")  # noqa: PLR2004 - three suppliers were in time
        return [whole, partial, revised]

    def _quote(
        self,
        desk: Desk,
        rfq: Mapping[str, Any],
        plan: Plan,
        targets: Mapping[str, Decimal],
        note: str = "",
        *,
        replaces: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        seen = desk.get(f"/rfqs/{rfq['id']}")
        hidden = seen["estimate"] is None and all(line["target_price"] is None for line in seen["lines"])
        expect(hidden, f"{desk.company} sees the buyer's target prices")
        body = offers.quote_body(desk, plan, seen, targets)
        version = replaces["version"] if replaces else None
        quote: Mapping[str, Any] = desk.post(f"/rfqs/{rfq['id']}/quotes", body, version=version, status=201)
        receipt = quote["receipts"][0]
        expect(receipt["revision"] == quote["revision"] and receipt["signature"], "a quotation without its receipt")
        remark = f" ({note})" if note else ""
        self.report.step(
            desk.who,
            f"{desk.company}: quoted {quote['line_count']} of {seen['line_count']} lines, {quote['currency']} "
            f"{_money(quote['total'])}{remark}; revision {quote['revision']}, receipt {receipt['content_hash'][:12]}…",
            desk.page(f"/quotes/{quote['id']}"),
        )
        return quote

    def _closed(self, purchaser: Desk, late: Desk, rfq: Mapping[str, Any]) -> None:
        """Wait for the clock to close the request; a quotation after that is refused."""
        left = datetime.fromisoformat(rfq["closes_at"]) - datetime.now(UTC)
        time.sleep(max(0.0, left.total_seconds()))
        papers.wait_for(
            "the request closes by itself", lambda: purchaser.get(f"/rfqs/{rfq['id']}")["status"] == "closed"
        )
        link = purchaser.page(f"/rfqs/{rfq['id']}")
        self.report.step("the clock", f"closed {rfq['number']} at its deadline", link)
        seen = late.get(f"/rfqs/{rfq['id']}")
        body = offers.quote_body(late, WHOLE, seen, offers.targets_of(rfq))
        problem = late.refused(f"/rfqs/{rfq['id']}/quotes", body, 409, "quote-too-late")
        expect(late.get(f"/rfqs/{rfq['id']}/quotes")["items"] == [], "a refused quotation was stored")
        self.report.step(
            late.who,
            f"{late.company}: quoted late and was refused: {problem['detail']}",
            late.page(problem["type"]),
        )

    def _awarded(
        self, purchaser: Desk, approver: Desk, rfq: Mapping[str, Any], quotes: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Compare, give each line to the cheaper of the two whole quotations, and have it approved."""
        compared = purchaser.get(f"/rfqs/{rfq['id']}/comparison")
        self._check_comparison(purchaser, rfq, compared, quotes)
        picks = split(compared, [quotes[0]["id"], quotes[2]["id"]])
        body = {"picks": picks, "rest": "none", "comment": "Each line to the better of the two whole quotations."}
        award = purchaser.post(f"/rfqs/{rfq['id']}/awards", body, version=compared["version"], status=201)
        expect(len(award["supplier_ids"]) == 2, f"the award goes to {len(award['supplier_ids'])} suppliers")  # noqa: PLR2004 - split over two
        shown = f"{award['currency']} {_money(award['total'])}"
        saving = f", {_money(award['saving'])} below target" if award["saving"] else ""
        self.report.step(
            purchaser.who,
            f"proposed the award: {len(award['lines'])} lines to 2 suppliers, {shown}{saving}; "
            f"{_limit(purchaser, 'award:propose')}",
            purchaser.page(f"/awards/{award['id']}"),
        )
        if award["status"] == "pending_approval":
            award = approver.post(f"/awards/{award['id']}/approve", version=award["version"])
            self.report.step(approver.who, "approved the award", approver.page(f"/awards/{award['id']}"))
        expect(award["status"] == "approved", f"the award is {award['status']}")
        result: Mapping[str, Any] = award
        return result

    def _check_comparison(
        self,
        purchaser: Desk,
        rfq: Mapping[str, Any],
        compared: Mapping[str, Any],
        quotes: Sequence[Mapping[str, Any]],
    ) -> None:
        columns = {column["quote_id"]: column for column in compared["columns"]}
        expect(set(columns) == {quote["id"] for quote in quotes}, "the comparison shows other quotations")
        for quote in quotes:
            column = columns[quote["id"]]
            same = Decimal(column["total"]) == Decimal(quote["total"]) and column["quoted"] == quote["line_count"]
            expect(same, f"the comparison shows {column['supplier']} with another total or coverage")
        expect(len(compared["rows"]) == rfq["line_count"], "the comparison has other lines than the request")
        rates = ", ".join(f"1 {rate['base']} = {rate['value']} {rate['quote']}" for rate in compared["rates"])
        self.report.step(
            purchaser.who,
            f"compared {len(columns)} quotations in {compared['currency']} at frozen rates ({rates})",
            purchaser.page(f"/rfqs/{rfq['id']}/comparison"),
        )
        self.report.table(_columns(compared))

    def _told(self, sales: Sequence[Desk], award: Mapping[str, Any], quotes: Sequence[Mapping[str, Any]]) -> None:
        """Check that each supplier sees its own outcome and nothing of the others'."""
        for desk, quote in zip((sales[0], sales[1], sales[3]), quotes, strict=True):
            won = desk.get(f"/rfqs/{award['rfq_id']}/outcome")["items"]
            given = [line for line in award["lines"] if line["quote_id"] == quote["id"]]
            same = {line["line_id"] for line in won} == {line["line_id"] for line in given}
            expect(
                same and all(line["quote_id"] == quote["id"] for line in won), f"{desk.company} sees another outcome"
            )
            status = desk.get(f"/quotes/{quote['id']}")["status"]
            expect((status == "lost") == (not given), f"the quotation of {desk.company} is {status}")
            self.report.step(
                desk.who,
                f"{desk.company}: {status.replace('_', ' ')}, {len(won)} lines won",
                desk.page(f"/quotes/{quote['id']}"),
            )

    def _digits(self, desk: Desk) -> dict[str, int]:
        return {str(one["code"]): int(one["minor_digits"]) for one in desk.get("/reference/currencies")["items"]}

    def _done(self, purchaser: Desk, rfq: Mapping[str, Any]) -> None:
        papers.wait_for(
            "the request is done once its contracts are drafted",
            lambda: purchaser.get(f"/rfqs/{rfq['id']}")["status"] == "closed_done",
        )
        self.report.step("the product", f"{rfq['number']} is done", purchaser.page(f"/rfqs/{rfq['id']}"))
        for desk in self.desks:
            desk.sign_out()


def split(compared: Mapping[str, Any], quote_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return picks that give every line to the cheaper of two quotations; where one wins all, the last line is shared.

    A line that both offer is given whole (``quantity`` null) or in two halves that add up to the need.
    """
    picks = []
    for row in compared["rows"]:
        cells = {cell["quote_id"]: cell for cell in row["cells"] if cell and cell["quote_id"] in quote_ids}
        best = min(cells, key=lambda quote_id: Decimal(cells[quote_id]["price"]))
        picks.append({"line_id": row["line_id"], "quote_id": best})
    if len({pick["quote_id"] for pick in picks}) == 1:
        row, last = compared["rows"][-1], picks.pop()
        half = Decimal(row["quantity"]) / 2
        shares = {quote_ids[0]: half, quote_ids[1]: Decimal(row["quantity"]) - half}
        picks += [{**last, "quote_id": quote_id, "quantity": str(share)} for quote_id, share in shares.items()]
    return picks


def _columns(compared: Mapping[str, Any]) -> list[list[str]]:
    rows = [["supplier", "lines", "quoted", "in " + compared["currency"], "like for like", "rank"]]
    for column in compared["columns"]:
        like = _money(column["like_for_like"]) if column["like_for_like"] else "—"
        covered = f"{column['covered']}/{compared['lines']}"
        quoted = f"{column['currency']} {_money(column['total'])}"
        rank = str(column["rank"] or "—")
        rows.append([column["supplier"], covered, quoted, _money(column["converted_total"]), like, rank])
    return rows


def _limit(desk: Desk, permission: str) -> str:
    for one in desk.me["limits"]:
        if one["permission"] == permission:
            return f"own limit {one['limit']['currency']} {_money(one['limit']['amount'])}"
    return "no limit of their own"


def _money(amount: str) -> str:
    return f"{Decimal(amount):,.2f}"


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%H:%M:%S")
