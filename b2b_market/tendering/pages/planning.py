"""Prior notices as pages: the list and each of them for everybody, a feed, announcing a draft and taking it back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.cursors import encode_cursor
from b2b_market.infra.http.wires import WireUuid
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.rbac.page_edge import PageCall, PageContext, PageRoute
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.planning import PublishPlan, WithdrawPlan
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.atom import Feed, Item
from b2b_market.tendering.pages import feeds
from b2b_market.tendering.pages.board import tongue
from b2b_market.tendering.pages.showing import PLAN_BADGES
from b2b_market.tendering.pages.tenders import page_of
from b2b_market.tendering.rules.naming import named
from b2b_market.tendering.schemas.planning import PlansQuery
from b2b_market.tendering.service import planning
from b2b_market.tendering.service.planning import PriorNotice
from b2b_market.ui.forms import Form
from b2b_market.ui.viewer import Flash

router = APIRouter(route_class=PageRoute)

PATH: Final = "/prior-notices"


@router.get(PATH)
def list_plans(call: PageCall, query: Annotated[PlansQuery, Query()]) -> Response:
    """Show the prior notices that stand and fit, the next planned one first; nobody needs to sign in."""
    page = planning.list_plans(call.work, call.actor, query.to_command())
    cursor, said = encode_cursor(page.next_after), query.said()
    context = {
        "page": page,
        "query": query,
        "filtered": bool(said),
        "names": {one.id: named(one.buyer_name, one.buyer_names, tongue(call)) for one in page.items},
        "values": {one.id: _value(one) for one in page.items},
        "feed_href": _address("/feed.atom", said),
        "next_href": None if cursor is None else _address("", {**said, "cursor": cursor}),
        "first_href": _address("", said) if query.cursor else None,
    }
    return call.page("tendering/plans.html", context)


@router.get(f"{PATH}/feed.atom")
def plans_feed(call: PageCall, query: Annotated[PlansQuery, Query()]) -> Response:
    """Return the prior notices that stand and fit as an Atom feed; nobody needs to sign in."""
    page, said = planning.list_plans(call.work, call.actor, query.to_command()), query.said()
    site = feeds.site_of(call)
    links = {"self": f"{site}{_address('/feed.atom', said)}", "alternate": f"{site}{_address('', said)}"}
    cursor = encode_cursor(page.next_after)
    if cursor is not None:
        links["next"] = f"{site}{_address('/feed.atom', {**said, 'cursor': cursor})}"
    feed = Feed(
        id=links["self"],
        title=feeds.say(call, N_("Planned tenders")),
        language=call.viewer().locale.value,
        changed_at=max((one.changed_at for one in page.items), default=datetime(2000, 1, 1, tzinfo=UTC)),
        author=urlsplit(site).hostname or site,
        links=links,
        items=[_item(call, one, site) for one in page.items],
    )
    return feeds.answer(call, feed)


@router.get(f"{PATH}/{{tender_id}}")
def show_plan(tender_id: WireUuid, call: PageCall) -> Response:
    """Show the last prior notice of a tender; nobody needs to sign in."""
    plan = planning.read_plan(call.work, call.actor, ReadTender(tender_id))
    context = {
        "plan": plan,
        "name": named(plan.buyer_name, plan.buyer_names, tongue(call)),
        "value": _value(plan),
        "badges": PLAN_BADGES,
        "class_titles": reference.class_titles(call.work, call.actor, set(plan.classes), tongue(call)),
    }
    return call.page("tendering/plan.html", context)


@router.post("/tenders/{tender_id}/prior-notice")
def publish_plan(tender_id: WireUuid, call: PageCall) -> Response:
    """Announce a draft."""
    planning.publish_plan.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    planned_on = form.day("planned_on", required=True)
    if form.ok and planned_on is not None:
        command = PublishPlan(
            tender_id=tender_id,
            expected_version=expected,
            planned_on=planned_on,
            value_shown=form.flag("value_shown"),
        )
        with call.attempt(form, unless=NotFound):
            planning.publish_plan(call.work, call.actor, command)
            return call.see(f"/tenders/{tender_id}", Flash(N_("Announced. Everybody reads the prior notice.")))
    return page_of(call, tender_id, form, status=422)


@router.post("/tenders/{tender_id}/prior-notice/withdraw")
def withdraw_plan(tender_id: WireUuid, call: PageCall) -> Response:
    """Take a prior notice back."""
    planning.withdraw_plan.admit(call.actor)
    form = Form(call.form())
    expected = form.integer("version", required=True)
    reason = form.text("reason_plan", required=True, limit=4000, lines=True)
    if form.ok and reason is not None:
        with call.attempt(form, unless=NotFound):
            planning.withdraw_plan(call.work, call.actor, WithdrawPlan(tender_id, expected, reason))
            return call.see(f"/tenders/{tender_id}", Flash(N_("The prior notice is withdrawn.")))
    return page_of(call, tender_id, form, status=409)


def _item(call: PageContext, plan: PriorNotice, site: str) -> Item:
    planned = feeds.say(call, N_("Planned for {day}")).format(day=plan.planned_on.isoformat())
    return Item(
        id=f"urn:uuid:{plan.id}",
        title=plan.title,
        href=f"{site}{PATH}/{plan.tender_id}",
        published_at=plan.published_at,
        changed_at=plan.changed_at,
        author=named(plan.buyer_name, plan.buyer_names, tongue(call)),
        summary=f"{plan.number} · {planned}\n{plan.description}".strip(),
        classes=plan.classes,
    )


def _value(plan: PriorNotice) -> Money | None:
    return None if plan.value is None else Money(plan.value, Currency(plan.currency))


def _address(more: str, said: Mapping[str, str]) -> str:
    return f"{PATH}{more}" + (f"?{urlencode(said)}" if said else "")
