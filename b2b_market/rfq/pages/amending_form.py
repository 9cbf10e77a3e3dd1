"""Reading the amendment editor: the draft's fields, and which stored line each row is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.commands.amending import AmendRfq
from b2b_market.rfq.pages import drafting_form as drafts
from b2b_market.rfq.service.copying import as_draft
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.ui.forms import Form, FormData

SLACK, HOUR = timedelta(minutes=15), timedelta(hours=1)
_PASSING = frozenset({"intent", "reviewed"})


def initial_values(content: RfqContent, zone: tzinfo, language: str, lines: range) -> Mapping[str, object]:
    """Return what the fields show of a published request, with the lines at these places and what each is found by."""
    ids = {f"lines-{number}-id": str(content.lines[number].id) for number in lines if number < len(content.lines)}
    return {**drafts.initial_values(content, zone, language, lines), **ids}


def read_amendment(form: Form, stored: RfqContent, zone: tzinfo) -> AmendRfq | None:
    """Return the amendment that the form describes, or None where a field cannot be read.

    Lines that the page had not loaded stay as they are, and so does a deadline that nobody touched: the field shows
    minutes, the request may have seconds.
    """
    beyond = form.integer("beyond", least=0)
    kept = () if beyond is None else as_draft(stored, "").lines[beyond:]
    content = drafts.read_content(form, zone, after=kept)
    rows = [form.uuid(f"lines-{number}-id") for number in drafts.filled_rows(form)]
    reason = form.text("reason", limit=4000, lines=True) or ""
    version = form.integer("version", required=True)
    if content is None or not form.ok:
        return None
    ids: list[UUID | None] = [*rows, *(line.id for line in stored.lines[beyond or 0 :] if kept)]
    return AmendRfq(
        rfq_id=stored.rfq.id,
        expected_version=version,
        content=_untouched(content, stored.rfq.closes_at, stored.rfq.enquiry_ends_at),
        line_ids=tuple(ids),
        reason=reason,
        disclosure=drafts.read_disclosure(form),
    )


def add_refusal(form: Form, refusal: Refusal) -> None:
    """Show a refusal at its fields, as the draft's editor does."""
    drafts.add_refusal(form, refusal)


def reviewed(form: Form) -> str:
    """Return a digest of everything that was typed, empty fields aside: what is sent must be what was looked at."""
    typed = {name: list(values) for name, values in form.data.texts.items() if name not in _PASSING and any(values)}
    return hashlib.sha256(json.dumps(typed, sort_keys=True).encode()).hexdigest()


def with_deadline(data: FormData, closes_at: datetime, zone: tzinfo) -> FormData:
    """Return the form with another deadline in its field."""
    return FormData({**data.texts, "closes_at": (drafts.written_moment(closes_at, zone),)}, data.files)


def proposed(earliest: datetime) -> datetime:
    """Return a deadline to propose: the first full hour that leaves a quarter of an hour to send the amendment."""
    later = earliest + SLACK
    whole = later.replace(minute=0, second=0, microsecond=0)
    return whole if whole == later else whole + HOUR


def _untouched(content: commands.DraftRfq, closes_at: datetime | None, asks: datetime | None) -> commands.DraftRfq:
    """Return the content with the moments that nobody touched: the deadline as stored, the end of questions unsaid."""
    if drafts.to_the_minute(closes_at) == content.closes_at:
        content = replace(content, closes_at=closes_at)
    if drafts.to_the_minute(asks) == content.enquiry_ends_at:
        content = replace(content, enquiry_ends_at=None)
    return content
