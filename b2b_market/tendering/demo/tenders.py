"""Demo tenders made through operations by the demo people; running it again changes nothing."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.organizations import public as organizations
from b2b_market.tendering.commands.committee import NameCommittee, Named
from b2b_market.tendering.commands.tenders import (
    AskAboutTender,
    BondInput,
    DraftTender,
    ListTenders,
    StepTender,
)
from b2b_market.tendering.demo.awarded import BEGUN, award_tender
from b2b_market.tendering.demo.cast import CRITERIA, Cast, lot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import asking, committee, drafting, publishing
from b2b_market.tendering.states.procedures import Entry

ASKS, BIDS = timedelta(days=11), timedelta(days=40)


def place_tenders(runtime: Runtime) -> None:
    """Make opening keys, an awarded tender, a draft, and a public tender with a question that waits."""
    cast = Cast.of(runtime)
    with cast.work(cast.purchaser) as work:
        if drafting.list_tenders(work, cast.purchaser, ListTenders()).items:
            return
    before = cast.ago(BEGUN + timedelta(days=1))
    key_ids = tuple(before.key(person, number) for number, person in enumerate(cast.officers))
    award_tender(cast, key_ids)
    with cast.work(cast.purchaser) as work:
        drafting.draft_tender(work, cast.purchaser, _draft(cast, work, key_ids))
    tender_id = _published(cast, key_ids)
    sales = cast.sales[0]
    with cast.work(sales) as work:
        asking.ask_about_tender(work, sales, AskAboutTender(tender_id, "法兰按国标还是欧标？ / GB or EN flanges?"))


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


def _pool(cast: Cast, work: Work, buyer_id: UUID) -> tuple[Named, ...]:
    """Return who may judge: people of the buyer, and as experts those of suppliers but the one that asks."""
    companies = [buyer_id, *(one.id for one in organizations.suppliers(work, cast.purchaser))]
    found = organizations.people_with(work, cast.purchaser, companies, TenderPermission.COMMITTEE_SIT)
    unfit = {cast.approver.user_id, *(officer.user_id for officer in cast.officers)}
    fit = {one.user_id: one for one in found if one.user_id not in unfit and one.org_id != cast.sales[0].org_id}
    return tuple(Named(one.address, one.org_id != buyer_id) for one in fit.values())


def _published(cast: Cast, key_ids: tuple[UUID, ...]) -> UUID:
    """Publish a public tender after the Chinese profile."""
    with cast.work(cast.purchaser) as work:
        command = DraftTender(
            title="循环水泵公开招标 / Circulation pumps, public tender",
            currency=Currency("CNY"),
            procedure="china-open",
            entry=Entry.PUBLIC,
            lots=(lot(work, "循环水泵 / Circulation pumps", "6"), lot(work, "备件 / Spare parts", "40")),
            criteria=CRITERIA,
            bond=BondInput(percent=Decimal(2), form="银行保函 / Bank guarantee", held_at="平台 / Platform"),
            budget_approved=True,
            key_ids=key_ids,
            enquiry_ends_at=work.now() + ASKS,
            closes_at=work.now() + BIDS,
        )
        made = drafting.draft_tender(work, cast.purchaser, command).tender
        named = NameCommittee(
            tender_id=made.id, expected_version=made.version, seats=5, people=_pool(cast, work, made.buyer_id)
        )
        made = committee.name_committee(work, cast.purchaser, named).tender
        publishing.submit_tender(work, cast.purchaser, StepTender(made.id, made.version))
        work.session.flush()
        version = made.version
    with cast.work(cast.approver) as work:
        publishing.publish_tender(work, cast.approver, StepTender(made.id, version))
    return made.id
