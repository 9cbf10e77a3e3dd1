"""Demo tenders made through operations by the demo people; running it again changes nothing."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.organizations import public as organizations
from b2b_market.tendering.commands.tenders import AskAboutTender, DraftTender, ListTenders
from b2b_market.tendering.demo import (
    amended,
    bonds,
    candidates,
    complaints,
    envelopes,
    lost_keys,
    planned,
    pools,
    staged,
    steps,
)
from b2b_market.tendering.demo import framework as frameworks
from b2b_market.tendering.demo.awarded import award_tender
from b2b_market.tendering.demo.cast import CRITERIA, JINGTUO, Cast, lot
from b2b_market.tendering.service import asking, drafting
from b2b_market.tendering.states.procedures import Entry

KEYS_MADE: Final = timedelta(days=71)
ASKS, BIDS = timedelta(days=11), timedelta(days=40)
BEGUN, ASKED = timedelta(days=2), timedelta(days=1)


def place_tenders(runtime: Runtime) -> None:
    """Make opening keys, and a tender in each state that is worth looking at, a draft among them.

    Each step is taken at its own moment. While this runs the clock must not, whose steps these are: the supervisor
    starts it afterwards.
    """
    cast = Cast.of(runtime)
    if cast.run(cast.purchaser, drafting.list_tenders, ListTenders()).items:
        return
    before = cast.ago(KEYS_MADE)
    legal, finance, audit, notary = (before.key(number) for number in range(len(cast.officers)))
    key_ids = (legal, finance, audit)
    envelopes.judge_technically(cast, key_ids)
    frameworks.agree(cast, key_ids)
    award_tender(cast, key_ids)
    candidates.publish_candidates(cast, key_ids)
    staged.take_applications(cast, key_ids)
    staged.hold_dialogue(cast, key_ids)
    lost_keys.lose_keys(cast, (legal, audit, notary))
    amended.amend(cast, key_ids)
    with cast.work(cast.purchaser) as work:
        drafting.draft_tender(work, cast.purchaser, _draft(cast, work, key_ids))
    planned.announce(cast, key_ids)
    _announce(cast, key_ids)


def _draft(cast: Cast, work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    """Return an invited tender that is still written."""
    suppliers = organizations.suppliers(work, cast.purchaser)
    invited = tuple(one.id for one in suppliers if one.id != cast.officers[2].org_id)[:3]
    return DraftTender(
        title="冷却塔改造 / Cooling tower overhaul",
        currency=Currency("CNY"),
        lots=(lot(work, "冷却塔 / Cooling tower", "2"),),
        supplier_ids=invited,
        criteria=CRITERIA,
        key_ids=key_ids,
    )


def _announce(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Publish a public tender after the Chinese profile; a supplier asks, another one complains."""
    begun, asked = cast.ago(BEGUN), cast.ago(ASKED)
    sales = cast.sales[0]
    tender_id = steps.publish(
        begun,
        lambda work: _content(work, key_ids),
        lambda work, tender: pools.name_pool(cast, work, tender, (sales.org_id, cast.sales[JINGTUO].org_id)),
    )
    asked.run(sales, asking.ask_about_tender, AskAboutTender(tender_id, "法兰按国标还是欧标？ / GB or EN flanges?"))
    complaints.dispute(asked, cast, tender_id)


def _content(work: Work, key_ids: tuple[UUID, ...]) -> DraftTender:
    return DraftTender(
        title="循环水泵公开招标 / Circulation pumps, public tender",
        currency=Currency("CNY"),
        procedure="china-open",
        entry=Entry.PUBLIC,
        lots=(lot(work, "循环水泵 / Circulation pumps", "6"), lot(work, "备件 / Spare parts", "40")),
        criteria=CRITERIA,
        bond=bonds.ASKED,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS,
        closes_at=work.now() + BIDS,
    )
