"""A demo tender whose specification was amended while bids were there: one is confirmed, two are void as they are."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from b2b_market.files import public as files
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.amendments import AmendTender, ConfirmBid, DecideAmendment
from b2b_market.tendering.commands.documents import AttachDocument
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.demo import bonds, steps
from b2b_market.tendering.demo.cast import CRITERIA, HAIRUI, JINGTUO, NANYUE, RHEINFELS, Cast, lot
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules.sealed_confirming import sign_confirmation
from b2b_market.tendering.rules.sealed_payload import BidIds
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.service import amending, attaching, bidding
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage

BEGUN: Final = timedelta(days=7)
ASKS, BIDS = timedelta(days=3, hours=1), timedelta(days=12)
BIDDING, AMENDED, CONFIRMED = timedelta(days=5), timedelta(days=6), timedelta(days=6, hours=12)
PRICES: Final = {HAIRUI: "11850.00", JINGTUO: "12400.00", RHEINFELS: "11290.00"}
SPECIFICATION: Final = """\
伺服驱动器与电机技术规格 / Specification of servo drives and motors

1  额定功率 / Rated power               7.5 kW, 3 x 400 V, 50 Hz
2  现场总线 / Field bus                 EtherCAT
3  编码器 / Encoder                     23 bit absolute, multiturn
4  防护等级 / Degree of protection      IP65 (motor), IP20 (drive)
5  安全功能 / Safety function           STO, SIL 3
"""
BRAKE: Final = "7.5 kW；须带抱闸及 STO（SIL 3） / 7.5 kW; with holding brake and STO (SIL 3)"
WHY: Final = "垂直轴断电时必须保持位置。 / The vertical axes must hold their place without power."
MORE: Final = "市场价格上涨。 / Prices on the market went up."


def amend(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Publish, let three suppliers bid with bonds, amend; one confirms. Another amendment waits for its approver."""
    begun = cast.ago(BEGUN)
    with begun.work(cast.purchaser) as work:
        before = _content(work, cast, key_ids)
    tender_id = steps.publish(begun, lambda _: before, _specified(cast))
    steps.advance(cast.ago(BEGUN - ASKS), tender_id)
    bidding_now, signers = cast.ago(BEGUN - BIDDING), {place: Ed25519PrivateKey.generate() for place in PRICES}
    content = steps.read(bidding_now, cast.purchaser, tender_id)
    sealed = {}
    for place, price in PRICES.items():
        whole = steps.whole(cast.sales[place], steps.offer(price))
        sealed[place] = steps.send(bidding_now, cast.sales[place], content, whole, signers[place])
        bonds.give(bidding_now, tender_id, place)
    amended = cast.ago(BEGUN - AMENDED)
    waiting = _sent(amended, tender_id, _with_brake(before), WHY)
    tender = amended.run(cast.approver, amending.approve_amendment, waiting).tender
    ids = BidIds(tender_id, content.lots[0].id, cast.sales[RHEINFELS].org_id, 2)
    notice = read_notice(tender.notice).notice.digest()
    document = sign_confirmation(ids, sealed[RHEINFELS].envelope.digest(), notice, signers[RHEINFELS]).to_bytes()
    cast.ago(BEGUN - CONFIRMED).run(cast.sales[RHEINFELS], bidding.confirm_bid, ConfirmBid(tender_id, document))
    _sent(cast, tender_id, _dearer(_with_brake(before)), MORE)


def _specified(cast: Cast) -> steps.Prepare:
    text = files.Upload("servo-specification.txt", "text/plain", SPECIFICATION.encode())
    stored = files.prepare(cast.runtime.settings, text)

    def attach(work: Work, tender: Tender) -> None:
        wanted = AttachDocument(
            tender_id=tender.id,
            expected_version=tender.version,
            file_id=files.register(work, cast.purchaser, stored).id,
            kind=DocumentKind.SPECIFICATION,
            title="技术规格书 / Technical specification",
            language=DocumentLanguage.BOTH,
        )
        attaching.attach_document(work, cast.purchaser, wanted)

    return attach


def _content(work: Work, cast: Cast, key_ids: tuple[UUID, ...]) -> DraftTender:
    drives = lot(work, "7.5 kW 伺服驱动器与电机 / 7.5 kW servo drives with motors", "40", classification="31110000")
    return DraftTender(
        title="伺服驱动器与电机 / Servo drives and motors",
        description="机床改造项目，含安装调试。 / For the overhaul of machine tools, with commissioning.",
        currency=Currency("CNY"),
        lots=(drives,),
        supplier_ids=tuple(cast.sales[place].org_id for place in (HAIRUI, JINGTUO, NANYUE, RHEINFELS)),
        criteria=CRITERIA,
        bond=bonds.ASKED,
        budget_approved=True,
        key_ids=key_ids,
        enquiry_ends_at=work.now() + ASKS - timedelta(minutes=30),
        closes_at=work.now() + BIDS,
    )


def _with_brake(content: DraftTender) -> DraftTender:
    only = content.lots[0]
    return replace(content, lots=(replace(only, items=(replace(only.items[0], specification=BRAKE),)),))


def _dearer(content: DraftTender) -> DraftTender:
    return replace(content, lots=(replace(content.lots[0], estimate=Decimal(520_000)),))


def _sent(cast: Cast, tender_id: UUID, content: DraftTender, reason: str) -> DecideAmendment:
    """Send an amendment to the approver, as estimates beyond the purchaser's limit ask for; return what decides it."""
    command = AmendTender(
        tender_id=tender_id,
        expected_version=steps.read(cast, cast.purchaser, tender_id).version,
        title=content.title,
        description=content.description,
        lots=content.lots,
        criteria=content.criteria,
        bond=content.bond,
        reason=reason,
    )
    sent = cast.run(cast.purchaser, amending.amend_tender, command).amendment
    return DecideAmendment(sent.id, sent.version)
