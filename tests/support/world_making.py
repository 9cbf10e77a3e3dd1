"""Making the whole little world: each step goes through the product's own operations or routes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from b2b_market.audit.models import AuditCheckpoint
from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.contracts.models import Contract
from b2b_market.contracts.schemas import TermsIn
from b2b_market.entrypoints.modules import load_manifests, tasks_of
from b2b_market.entrypoints.web import build_app
from b2b_market.files import public as files
from b2b_market.identity.public import act_as
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Environment, Settings
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.notifications.commands import ClaimMail, MailFailed
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.service import mail
from b2b_market.notifications.states import MailStatus
from b2b_market.organizations.models import Identifier
from b2b_market.organizations.states import IdentifierScheme
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.models import RbacGrant
from b2b_market.reference.commands import AddRate
from b2b_market.reference.service import rates
from b2b_market.rfq.commands.attaching import AcceptNda, SetNda
from b2b_market.rfq.commands.guests import InviteGuest
from b2b_market.rfq.commands.letters import IssueLetters, WhyNot
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.commands.requests import (
    AskQuestion,
    AwardPick,
    DraftRfq,
    ProposeAward,
    ReadAward,
    ReadRfq,
    ReplyToQuestion,
    Rest,
    StepRfq,
)
from b2b_market.rfq.commands.rounds import ReadNegotiation
from b2b_market.rfq.commands.scenarios import SaveScenario
from b2b_market.rfq.commands.scoring import AssessmentInput, SetAssessments, SetCriteria
from b2b_market.rfq.models.quotes import Award, Quote
from b2b_market.rfq.rules.attaching import nda_hash
from b2b_market.rfq.service import (
    asking,
    attaching,
    awarding,
    drafting,
    inviting,
    letters,
    publishing,
    quoting,
    scenarios,
    scoring,
    submitting,
    talking,
)
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import Disclosure, LetterReason, ScenarioKind, Visibility
from b2b_market.sourcing.public import Answered, Criterion, Formula
from b2b_market.tendering.commands.tenders import AskAboutTender
from b2b_market.tendering.service import asking as tender_asking
from b2b_market.tendering.states.committee import JurorStatus
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_committees
from tests.support import (
    bonds,
    committees,
    complaints,
    corrections,
    envelopes,
    judging,
    papers,
    passing,
    planning,
    reveals,
    tender_amendments,
    tenders,
)
from tests.support import database as db
from tests.support.amendments import amendment
from tests.support.calling import Caller, caller_for
from tests.support.clients import Here, client_of
from tests.support.delivery import drain_outbox
from tests.support.frameworks import bid_twice, framed_tender, ordered
from tests.support.inspection import seal_everything
from tests.support.joint import asked_to_join
from tests.support.negotiations import counter, open_round, say
from tests.support.opendata import put_up
from tests.support.people import actor_of, join, make_company, make_person, start_session
from tests.support.rfqs import CNY, Market, close, draft_command, make_draft, publish, quote_command, read, submit
from tests.support.rows import rows_of
from tests.support.servers import Servers
from tests.support.staged import Staged
from tests.support.works import work_for
from tests.support.world import OWN_ROLE, PLANTED, World
from tests.support.world_words import SPOKEN

BUYERS = (Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.BUYER_APPROVER, Role.BUYER_EVALUATOR)
SUPPLIERS = (Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES)
NDA = "Keep it to yourselves."


@contextmanager
def build_world(servers: Servers, redis_url: str, here: Here, folder: Path) -> Iterator[World]:
    """Make the world in a clone of the template; drop it afterwards."""
    name = db.clone(servers, "world")
    settings = Settings(
        database_url=servers.url("app", name),  # type: ignore[arg-type]  # pydantic wraps the secret
        redis_url=redis_url,  # type: ignore[arg-type]  # pydantic wraps the secret
        data_dir=folder,
        public_url="http://testserver",
        environment=Environment.DEVELOPMENT,
    )
    runtime = Runtime.open(settings)
    try:
        with db.one_connection(servers.url("app", name)) as connection:
            yield _Maker(runtime, build_app(runtime, load_manifests()), here, connection).make()
    finally:
        runtime.close()
        db.drop(servers, name)


class _Maker:
    """Makes the world step by step; each step goes through the product's own operations or routes."""

    def __init__(self, runtime: Runtime, app: FastAPI, here: Here, connection: Engine) -> None:
        self.runtime, self.app, self.here, self.connection = runtime, app, here, connection
        self.people: dict[str, Actor] = {}
        self.things: dict[str, str] = {}
        self.rfqs: dict[str, RfqContent] = {}
        self.orgs: dict[str, UUID] = {}

    def make(self) -> World:
        self._companies()
        self._rates()
        market = Market(
            self.orgs["buyer"],
            self.people["purchaser"],
            self.people["approver"],
            (self.orgs["winner"], self.orgs["rival"]),
            (self.people["winner"], self.people["rival"]),
        )
        self._requests(market)
        self._deal(market)
        self._negotiate(market)
        self._tenders()
        api_key = self._small_things(client_of(self.app, self.here))
        passing.drain_now(self.runtime)
        self._background()
        self._ids()
        people, things, rfqs = MappingProxyType(self.people), MappingProxyType(self.things), MappingProxyType(self.rfqs)
        return World(self.runtime, self.app, people, things, rfqs, api_key, self.here, self.connection)

    def _companies(self) -> None:
        make = {
            "buyer": ("Hengli Heavy Industry", ("buyer",)),
            "winner": ("Winner Works", ("supplier",)),
            "rival": ("Rival Works", ("supplier",)),
            "stranger": ("Stranger Trading", ("buyer", "supplier")),
        }
        self.orgs = {name: make_company(self.runtime, legal, sides) for name, (legal, sides) in make.items()}
        self.orgs["sister"] = make_company(self.runtime, "Hengli Castings", ("buyer",))
        self.orgs["platform"] = make_company(self.runtime, "The Platform", (), platform=True)
        self.orgs["newcomer"] = make_company(self.runtime, "Newcomer", ("buyer",), approved=False)
        self.orgs["renewed"] = make_company(self.runtime, "Renewed", ("supplier",), approved=False)
        people: dict[str, tuple[str, tuple[Role | str, ...]]] = {
            "admin": ("buyer", (Role.BUYER_ADMIN,)),
            "second_admin": ("buyer", (Role.BUYER_ADMIN,)),
            "purchaser": ("buyer", (Role.BUYER_PURCHASER,)),
            "chief": ("buyer", (Role.BUYER_PURCHASER,)),
            "approver": ("buyer", (Role.BUYER_APPROVER,)),
            "evaluator": ("buyer", (Role.BUYER_EVALUATOR,)),
            "winner": ("winner", (Role.SUPPLIER_SALES,)),
            "winner_admin": ("winner", (Role.SUPPLIER_ADMIN,)),
            "rival": ("rival", (Role.SUPPLIER_SALES,)),
            "rival_admin": ("rival", (Role.SUPPLIER_ADMIN,)),
            "stranger": ("stranger", (*BUYERS, *SUPPLIERS)),
            "operator": ("platform", (Role.PLATFORM_OPERATOR,)),
            "auditor": ("platform", (Role.PLATFORM_AUDITOR,)),
            "reviewer": ("platform", (Role.PLATFORM_REVIEWER,)),
            "newcomer": ("newcomer", (Role.BUYER_ADMIN,)),
            "clerk": ("buyer", (OWN_ROLE,)),
            "sister_admin": ("sister", (Role.BUYER_ADMIN,)),
            "sister_evaluator": ("sister", (Role.BUYER_EVALUATOR,)),
            "partner": ("sister", (Role.BUYER_APPROVER,)),
            "nobody": ("buyer", ()),
        }
        limit = Money(Decimal(5000), CNY)
        for name, (org, roles) in people.items():
            own = limit if name == "purchaser" else None
            self.people[name] = make_person(self.runtime, self.orgs[org], *roles, limit=own, name=name)
        join(self.runtime, self.people["chief"], self.orgs["sister"], Role.BUYER_PURCHASER)
        with work_for(self.runtime, self.people["admin"]) as work:
            number = {"label": "", "value": "91210200MA0Y7K3H28", "checked": True, "shown": True}
            scheme, own_id = IdentifierScheme.USCC, self.orgs["buyer"]
            work.session.add(Identifier(id=new_id(), organization_id=own_id, position=1, scheme=scheme, **number))

    def _rates(self) -> None:
        operator, day = self.people["operator"], datetime.now(UTC).date() - timedelta(days=1)
        with work_for(self.runtime, operator) as work:
            command = AddRate(base=Currency("EUR"), quote=CNY, value=Decimal("7.8"), day=day, source="ECB")
            self.things["rate_id"] = str(rates.add_rate(work, operator, command).id)

    def _requests(self, market: Market) -> None:
        with work_for(self.runtime, self.people["winner"]) as work:
            wanted = SaveSearch(name="Everything new", filters=Filters(), cadence=Cadence.AT_ONCE)
            self.things["search_id"] = str(saving.save_search(work, self.people["winner"], wanted).id)
        self.rfqs["draft"] = make_draft(self.runtime, market)
        self._invite_by_mail(market, "draft", "late@guest.example")
        pending = make_draft(self.runtime, market, draft_command(market.suppliers, estimate="98765432"))
        with work_for(self.runtime, market.purchaser) as work:
            publishing.submit_rfq(work, market.purchaser, StepRfq(pending.rfq.id, pending.rfq.version))
        self.rfqs["pending"] = read(self.runtime, market.purchaser, pending.rfq.id)
        self.rfqs["open"] = publish(self.runtime, market)
        self._ask(market, self.rfqs["open"].rfq.id)
        self._invite_by_mail(market, "open", "early@guest.example")
        self.people["guest"] = act_as(self.runtime, "early@guest.example")
        self.rfqs["sealed"] = self._planted(market, sealed=True)
        self.rfqs["public"] = self._planted(market, sealed=False, visibility=Visibility.PUBLIC)
        self._judge(market)
        self._submit_amendment(market)

    def _submit_amendment(self, market: Market) -> None:
        """Let an amendment of the public request wait for its approval."""
        command = amendment(self.rfqs["public"], lambda draft: replace(draft, title="Spare parts, more of them"))
        with work_for(self.runtime, market.purchaser) as work:
            sent = submitting.submit_amendment(work, market.purchaser, command)
        self.things["amendment_id"] = str(sent.amendment.id)
        self.rfqs["public"] = read(self.runtime, market.purchaser, sent.rfq.id)

    def _invite_by_mail(self, market: Market, name: str, email: str) -> None:
        """Invite a company that is not registered; the one of the draft is still to be made."""
        rfq = self.rfqs[name].rfq
        command = InviteGuest(rfq_id=rfq.id, expected_version=None, email=email, company_name="Guest Works")
        with work_for(self.runtime, market.purchaser) as work:
            version = drafting.read_rfq(work, market.purchaser, ReadRfq(rfq.id)).version
            inviting.invite_guest(work, market.purchaser, replace(command, expected_version=version))
            (guest,) = inviting.list_guests(work, market.purchaser, ReadRfq(rfq.id))
        self.rfqs[name] = read(self.runtime, market.purchaser, rfq.id)
        self.things.setdefault("guest_id", str(guest.id))

    def _ask(self, market: Market, rfq_id: UUID) -> None:
        """Let the winner ask something, and the buyer answer it to all."""
        winner, purchaser = self.people["winner"], market.purchaser
        with work_for(self.runtime, winner) as work:
            asked = asking.ask_question(work, winner, AskQuestion(rfq_id=rfq_id, text="Which thread pitch?"))
        with work_for(self.runtime, purchaser) as work:
            asking.answer_question(work, purchaser, ReplyToQuestion(asked.id, 1, "Pitch 1.25."))
        self.things["question_id"] = str(asked.id)

    def _planted(self, market: Market, *, sealed: bool, visibility: Visibility = Visibility.INVITED) -> RfqContent:
        """Publish a request with hidden figures, and let both suppliers quote it with planted prices and notes."""
        disclosure = Disclosure.RANK if visibility is Visibility.PUBLIC else Disclosure.NOTHING
        command = draft_command(market.suppliers, 1, sealed=sealed)
        command = replace(command, visibility=visibility, disclosure=disclosure)
        line = replace(command.lines[0], target_price=Decimal("71.5519"))
        content = self._approved(market, replace(command, lines=(line,), estimate=Decimal(98_765_432)))
        for sales, (price, _, note) in zip(market.sales, (PLANTED.winner, PLANTED.rival), strict=True):
            quote = quote_command(content, [price], "EUR" if sales is self.people["rival"] else "CNY")
            lines = tuple(replace(one, note=note, quantity=Decimal(100)) for one in quote.lines)
            with work_for(self.runtime, sales) as work:
                agreed = AcceptNda(rfq_id=content.rfq.id, text_hash=nda_hash(NDA).hex())
                attaching.accept_nda(work, sales, agreed)
                quoting.submit_quote(work, sales, replace(quote, lines=lines, note=note, payment_terms=note))
        return content

    def _approved(self, market: Market, command: DraftRfq) -> RfqContent:
        """Send a draft to the approver, as its estimate is above the purchaser's limit, and have it approved."""
        content = make_draft(self.runtime, market, command)
        with work_for(self.runtime, market.purchaser) as work:
            nda = SetNda(rfq_id=content.rfq.id, expected_version=content.rfq.version, text=NDA)
            agreed = attaching.set_nda(work, market.purchaser, nda)
            sent = publishing.submit_rfq(work, market.purchaser, StepRfq(content.rfq.id, agreed.version))
        with work_for(self.runtime, market.approver) as work:
            publishing.approve_rfq(work, market.approver, StepRfq(content.rfq.id, sent.version))
        return read(self.runtime, market.purchaser, content.rfq.id)

    def _deal(self, market: Market) -> None:
        """Close a planted request and award it: one with an award that waits, one with its contract released."""
        waiting = self._planted(market, sealed=False)
        close(self.runtime, market, waiting.rfq.id)
        self.rfqs["evaluating"] = waiting
        self._propose(market, waiting)
        given = self._planted(market, sealed=False)
        close(self.runtime, market, given.rfq.id)
        self._propose(replace(market, purchaser=self.people["chief"]), given)
        self.rfqs["awarded"] = read(self.runtime, market.purchaser, given.rfq.id)
        self._write_letters(given.rfq.id)
        drain_outbox(self.runtime)

    def _negotiate(self, market: Market) -> None:
        """Send the winner into a second round that shows targets, with a counter-offer and a message of the buyer."""
        content = self._planted(market, sealed=False)
        close(self.runtime, market, content.rfq.id)
        open_round(self.runtime, market, content, [self.orgs["winner"]], show_targets=True)
        close(self.runtime, market, content.rfq.id)
        (quote, *_) = rows_of(
            self.runtime,
            self.people["winner"],
            select(Quote).where(Quote.rfq_id == content.rfq.id, Quote.supplier_id == self.orgs["winner"]),
        )
        price = str(Decimal(PLANTED.winner[0]) - 1)
        made = counter(self.runtime, market.purchaser, quote, [(content.lines[0].id, price)])
        self.things["counter_id"] = str(made.id)
        say(self.runtime, market.purchaser, content.rfq.id, self.orgs["winner"])
        where = ReadNegotiation(content.rfq.id, self.orgs["winner"])
        with work_for(self.runtime, self.people["winner"]) as work:
            talking.mark_read(work, self.people["winner"], where)
        self.rfqs["negotiated"] = read(self.runtime, market.purchaser, content.rfq.id)

    def _propose(self, market: Market, content: RfqContent) -> None:
        machine = system_actor("test", market.buyer_id, *market.suppliers)
        quotes = rows_of(self.runtime, machine, select(Quote).where(Quote.rfq_id == content.rfq.id))
        won = next(quote for quote in quotes if quote.supplier_id == self.orgs["winner"])
        command = ProposeAward(
            rfq_id=content.rfq.id,
            expected_version=read(self.runtime, market.purchaser, content.rfq.id).rfq.version,
            picks=tuple(AwardPick(line_id=line.id, quote_id=won.id) for line in content.lines),
            rest=Rest.LEAVE,
            comment=PLANTED.buyer[2],
        )
        with work_for(self.runtime, market.purchaser) as work:
            awarding.propose_award(work, market.purchaser, command)

    def _write_letters(self, rfq_id: UUID) -> None:
        """Issue the letters of the award that stands."""
        chief = self.people["chief"]
        with work_for(self.runtime, chief) as work:
            (award,) = awarding.list_awards(work, chief, ReadRfq(rfq_id))
            lost = letters.list_letters(work, chief, ReadAward(award.id)).regret_supplier_ids
            reasons = tuple(WhyNot(supplier_id, LetterReason.PRICE) for supplier_id in lost)
            command = IssueLetters(award_id=award.id, expected_version=award.version, reasons=reasons)
            issued = letters.issue_letters(work, chief, command)
            self.things["letter_id"] = str(issued.letters[0].id)

    def _small_things(self, client: TestClient) -> str:
        """Make what the routes find by id and nobody else made yet; return the API key's secret."""
        admin = caller_for(client, self.runtime, self.people["admin"])
        purchaser = caller_for(client, self.runtime, self.people["purchaser"])
        in_a_month = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        wanted = {"label": "ERP", "permissions": ["rfq:read", "rfq:draft", "quote:read"], "expires_at": in_a_month}
        purchaser_too = make_person(self.runtime, self.orgs["buyer"], Role.BUYER_ADMIN, Role.BUYER_PURCHASER)
        key = _done(caller_for(client, self.runtime, purchaser_too).post("/api-keys", wanted))
        self.things["file_id"] = _done(_upload(client, purchaser, "/files", "note.txt", "text/plain", b"a note\n"))[
            "id"
        ]
        self._attach(purchaser)
        self._compose(purchaser)
        table = b"Item,Quantity,Unit,Required on,Place,Target price\nBolt,10,H87,2098-01-31,Shanghai,71.5519\n"
        started = _upload(client, purchaser, "/rfq-imports", "needs.csv", "text/csv", table)
        self.things["import_id"] = _done(started)["id"]
        priced = table.replace(b"71.5519", b"CNY 71.5519")
        confirmed = _done(_upload(client, purchaser, "/rfq-imports", "more.csv", "text/csv", priced))
        header = {"title": "Bolts", "currency": "CNY"}
        _done(purchaser.post(f"/rfq-imports/{confirmed['id']}/confirm", header, version=1))
        self.things["mapping_id"] = _done(purchaser.get("/rfq-imports/mappings"))["items"][0]["id"]
        freight = {"leg": "freight", "measure": "percent", "value": "4", "source": "Forwarder"}
        _done(purchaser.call("PUT", f"/rfqs/{self.rfqs['evaluating'].rfq.id}/costing", {"costs": [freight]}))
        kept = purchaser.post(f"/rfqs/{self.rfqs['open'].rfq.id}/template", {"name": "Spare parts of the year"})
        self.things["template_id"] = _done(kept)["id"]
        _done(admin.post(f"/members/{self.people['evaluator'].user_id}/roles", {"role": "buyer.approver"}))
        lonely = caller_for(client, self.runtime, self.people["sister_admin"])
        _done(lonely.post(f"/members/{self.people['sister_evaluator'].user_id}/roles", {"role": "buyer.approver"}))
        role = {"side": "buyer", "label": "Reader", "permissions": ["rfq:read"]}
        _done(admin.call("PUT", "/own-roles", role))
        choice = {"code": "rfq.closed", "in_app": True, "mail": False}
        _done(purchaser.call("PUT", "/notifications/settings", {"choices": [choice]}))
        assert purchaser.post("/password-resets", {"email": self.people["evaluator"].person.email}).status_code == 202
        self.things["key_id"] = key["key"]["id"]
        self.things["session_id"] = _done(purchaser.get("/sessions"))["items"][0]["id"]
        return str(key["secret"])

    def _compose(self, purchaser: Caller) -> None:
        """Compose a procedure."""
        chosen = _done(purchaser.get("/tender-procedures"))["profiles"][0]
        own = {"name": "Ours", "base": chosen["code"], "values": chosen["values"]}
        self.things["procedure_id"] = _done(purchaser.post("/tender-procedures", own))["id"]

    def _tenders(self) -> None:
        """Publish a public tender, ask about another one, and open the sealed bids on a third."""
        hall = tenders.hall_of(self.runtime, self.orgs, self.people)
        now = datetime.now(UTC)
        judged = committees.procedure(self.runtime, hall.purchaser, "eu-open")
        public = tenders.tender_command(hall, entry=Entry.PUBLIC, supplier_ids=(), procedure=judged)
        public = replace(public, enquiry_ends_at=now + timedelta(days=20), closes_at=now + timedelta(days=90))
        self.things |= papers.announce(self.runtime, hall, public) | planning.in_world(self.runtime, hall, public)
        self.things["joint_tender_id"] = asked_to_join(self.runtime, hall, self.orgs["sister"])
        waiting, ids = tender_amendments.waiting(self.runtime, hall)
        self.things |= ids
        self.things["ocid"] = put_up(self.runtime, self.things["public_tender_id"])
        winner = self.people["winner"]
        with work_for(self.runtime, winner) as work:
            question = AskAboutTender(waiting.tender.id, "Which flange?")
            self.things["enquiry_id"] = str(tender_asking.ask_about_tender(work, winner, question).id)
        self.things |= complaints.in_world(self.runtime, hall, self.people["operator"])
        selection = Staged(self.runtime, hall)
        fast = tenders.tender_command(hall, rehearsal_factor=1440, enquiry_ends_at=None, bond=bonds.ASKED)
        fast = replace(fast, closes_at=datetime.now(UTC) + timedelta(minutes=90))
        named = committees.procedure(self.runtime, hall.purchaser)
        seated = tenders.published(self.runtime, hall, replace(fast, procedure=named))
        staged = envelopes.published(self.runtime, hall, fast)
        content = tenders.published(self.runtime, hall, fast)
        tender_id = content.tender.id
        framed = framed_tender(self.runtime, hall, fast)
        for published in (seated, staged, content, framed):
            self._until(published.tender.id, TenderStatus.TENDERING)
        bid_twice(self.runtime, hall, framed)
        self.things["committee_bid_id"] = str(tenders.bid(self.runtime, hall, seated, 0, price="88").bid_id)
        for place, price in enumerate(("90", "80")):
            sent = tenders.bid(self.runtime, hall, content, place, price=price)
            self.things.setdefault("bid_id", str(sent.bid_id))
        kept = envelopes.submit(self.runtime, hall, staged, 0, "88")
        self.things |= bonds.in_world(self.runtime, hall, content)
        self._until(tender_id, TenderStatus.CLOSED)
        tenders.open_bids(self.runtime, hall, tender_id)
        asked = partial(corrections.corrected, self.runtime, hall, tender_id, self.things)
        self.things |= judging.decide(self.runtime, hall, tender_id, asked)
        self._until(framed.tender.id, TenderStatus.CLOSED)
        self.things |= ordered(self.runtime, hall, framed.tender.id, self.people["chief"])
        self._seat(hall, seated.tender.id)
        self._until(staged.tender.id, TenderStatus.CLOSED)
        reveals.lose_keys(self.runtime, hall, kept, "88")
        self.things["staged_tender_id"] = str(staged.tender.id)
        self.things |= selection.run(self._until)
        self.things |= {
            "tender_id": str(tender_id),
            "lot_id": str(content.lots[0].id),
            "officer_key_id": str(hall.key_ids[0]),
            "sequence": "1",
            "position": "0",
        }

    def _seat(self, hall: tenders.Hall, tender_id: UUID) -> None:
        """Open the bids of a tender with a committee, and let the ``juror`` among its members declare."""
        self._until(tender_id, TenderStatus.CLOSED)
        tenders.open_bids(self.runtime, hall, tender_id)
        assert advance_committees(self.runtime) == 1
        found = committees.view(self.runtime, hall.purchaser, tender_id).jurors
        juror = next(one for one in found if one.status is JurorStatus.SEATED and one.org_id == hall.buyer_id)
        self.people["juror"] = actor_of(self.runtime, start_session(self.runtime, juror.user_id, juror.org_id))
        judging.begin(self.runtime, hall, tenders.read(self.runtime, hall.purchaser, tender_id))
        committees.declare(self.runtime, self.people["juror"], tender_id)
        self.things["committee_tender_id"] = str(tender_id)

    def _until(self, tender_id: UUID, status: TenderStatus) -> None:
        passing.until_it_is(self.runtime, self.people["purchaser"], tender_id, status)

    def _attach(self, purchaser: Caller) -> None:
        """Attach the stored file to the draft."""
        path = f"/rfqs/{self.rfqs['draft'].rfq.id}/attachments"
        body = {"file_id": self.things["file_id"]}
        _done(purchaser.post(path, body, version=self.rfqs["draft"].rfq.version))
        self.things["attachment_id"] = _done(purchaser.get(path))["items"][0]["id"]

    def _judge(self, market: Market) -> None:
        """Let a request be judged by criteria, and assess a quotation on it."""
        buyer, draft = market.purchaser, make_draft(self.runtime, market)
        price = Criterion(key="price", name="Price", weight=Decimal(70), formula=Formula.LOWEST_RATIO)
        own = Criterion(
            key="own-1",
            name="Quality",
            weight=Decimal(30),
            formula=Formula.SHARE_OF_MAXIMUM,
            answered=Answered.WORDS,
        )
        with work_for(self.runtime, buyer) as work:
            command = SetCriteria(rfq_id=draft.rfq.id, expected_version=None, criteria=(price, own))
            rfq = scoring.set_criteria(work, buyer, command).rfq
            publishing.publish_rfq(work, buyer, StepRfq(rfq.id, rfq.version))
        content = read(self.runtime, buyer, draft.rfq.id)
        for sales in market.sales[1:]:
            submit(self.runtime, sales, content, ["10", "11"])
        self._prove(market.sales[0], content)
        close(self.runtime, market, content.rfq.id)
        with work_for(self.runtime, buyer) as work:
            found = (AssessmentInput(market.suppliers[0], "own-1", "80"),)
            scoring.assess_quotes(work, buyer, SetAssessments(content.rfq.id, 1, found))
            wanted = SaveScenario(rfq_id=content.rfq.id, name="Best", kind=ScenarioKind.BEST)
            self.things["scenario_id"] = str(scenarios.save_scenario(work, buyer, wanted).id)

    def _prove(self, sales: Actor, content: RfqContent) -> None:
        """Let a supplier answer a criterion in words, with a file that proves it."""
        prepared = files.prepare(self.runtime.settings, files.Upload("proof.txt", "text/plain", b"certified\n"))
        with work_for(self.runtime, sales) as work:
            file_id = files.register(work, sales, prepared).id
            answers = (CriterionAnswer("own-1", "Certified.", (file_id,)),)
            quote = quoting.submit_quote(work, sales, replace(quote_command(content, ["10", "11"]), answers=answers))
        self.things |= {
            "key": "own-1",
            "judged_id": str(content.rfq.id),
            "judged_quote_id": str(quote.quote.id),
            "evidence_id": str(file_id),
        }

    def _background(self) -> None:
        """Let the schedule's work be done: one mail given up, the rest kept, fingerprints taken, the log sealed."""
        mailer = system_actor("test")
        with work_for(self.runtime, mailer) as work:
            dead, *_ = mail.claim_mail(work, mailer, ClaimMail(batch=1))
            mail.note_mail_failed(work, mailer, MailFailed(mail_id=dead.id, error="550 no such mailbox", forever=True))
        self.things["dead_mail_id"] = str(dead.id)
        for task in tasks_of(load_manifests()):
            if task.name in ("board.alert", "notifications.send_mail", "contracts.take_fingerprints"):
                task.run(self.runtime)
        self._release()
        seal_everything(self.runtime)

    def _release(self) -> None:
        """Show the contract to its supplier, and begin its next edition, which is not printed yet."""
        purchaser = self._reader()
        rfq_id = str(self.rfqs["awarded"].rfq.id)
        (contract,) = [one for one in _done(purchaser.get("/contracts"))["items"] if one["rfq_id"] == rfq_id]
        path = f"/contracts/{contract['id']}"
        released = _done(purchaser.post(f"{path}/release", version=contract["version"]))
        terms = {name: released["terms"][name] for name in TermsIn.model_fields} | {"delivery_note": "Gate 3"}
        _done(purchaser.call("PUT", f"{path}/terms", terms, version=released["version"]))
        passing.drain_now(self.runtime)

    def _ids(self) -> None:
        """Note how routes find what the buyer owns."""
        machine = system_actor("test", *self.orgs.values())
        buyer = self.orgs["buyer"]
        contract = self._one(machine, select(Contract).where(Contract.rfq_id == self.rfqs["awarded"].rfq.id))
        award = self._one(machine, select(Award).where(Award.rfq_id == self.rfqs["evaluating"].rfq.id))
        quote = self._one(machine, select(Quote).where(Quote.rfq_id == self.rfqs["awarded"].rfq.id))
        entry = self._one(machine, select(AuditEvent).where(AuditEvent.object_id == self.rfqs["open"].rfq.id))
        event = self._one(machine, select(OutboxRow).where(OutboxRow.aggregate_id == self.rfqs["open"].rfq.id))
        kept = self._one(machine, select(NotificationMail).where(NotificationMail.status == MailStatus.KEPT))
        waiting = select(RbacGrant).where(RbacGrant.needs_confirmation)
        grant = self._one(machine, waiting.where(RbacGrant.org_id == buyer))
        lonely = self._one(machine, waiting.where(RbacGrant.org_id == self.orgs["sister"]))
        checkpoint = self._one(machine, select(AuditCheckpoint))
        told = _done(self._reader().get("/notifications"))["items"][0]
        self.things |= {
            "rfq_id": str(self.rfqs["awarded"].rfq.id),
            "line_id": str(self.rfqs["awarded"].lines[0].id),
            "contract_id": str(contract.id),
            "award_id": str(award.id),
            "quote_id": str(quote.id),
            "supplier_id": str(self.orgs["winner"]),
            "grant_id": str(grant.id),
            "lonely_grant_id": str(lonely.id),
            "sister_id": str(self.orgs["sister"]),
            "event_id": str(entry.id),
            "outbox_id": str(event.id),
            "mail_id": str(kept.id),
            "notification_id": told["id"],
            "user_id": str(self.people["evaluator"].user_id),
            "organization_id": str(self.orgs["newcomer"]),
            "object_id": str(self.rfqs["awarded"].rfq.id),
            "size": str(checkpoint.size),
            **SPOKEN,
        }

    def _reader(self) -> Caller:
        return caller_for(client_of(self.app, self.here), self.runtime, self.people["purchaser"])

    def _one(self, machine: Actor, wanted: Any) -> Any:
        found = rows_of(self.runtime, machine, wanted)
        assert found, wanted
        return found[0]


def _upload(client: TestClient, caller: Caller, path: str, name: str, kind: str, content: bytes) -> Any:
    return client.post(f"/api/v1{path}", files={"file": (name, content, kind)}, headers=caller.headers)


def _done(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json()
