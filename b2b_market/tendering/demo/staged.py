"""Demo tenders of several stages: applications that wait to be judged, and a dialogue with those who qualified."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.tendering.commands.selecting import (
    AnswerTalk,
    Finding,
    JudgeApplication,
    RecordTalk,
    Reply,
    SendApplication,
)
from b2b_market.tendering.commands.tenders import CriterionInput, DraftTender, LotInput, ReadTender, StepTender
from b2b_market.tendering.demo import steps
from b2b_market.tendering.demo.cast import CRITERIA, HAIRUI, JINGTUO, NANYUE, RHEINFELS, VALTROMPIA, Cast, lot
from b2b_market.tendering.service import applying, qualifying, talking
from b2b_market.tendering.service.qualifying import Judged
from b2b_market.tendering.states.procedures import CriterionKind
from b2b_market.tendering.states.selecting import TalkKind

REFERENCES: Final = CriterionInput(
    kind=CriterionKind.SELECTION, name="近三年同类业绩 / Like projects of three years", evidence="合同 / Contracts"
)
ASKED: Final = (*CRITERIA, REFERENCES)
SAID: Final = (
    Reply(0, "无，附声明。 / None; a statement is enclosed."),
    Reply(3, "三个项目，附合同。 / Three projects; their contracts are enclosed."),
)
BEGUN, APPLIED, JUDGED = timedelta(days=12), timedelta(days=9), timedelta(days=4)
"""How long ago both were published, applied for and judged; applications are taken for five or seven days."""
ENDED, INVITED, MET, ANSWERED = timedelta(days=4, hours=12), timedelta(days=3), timedelta(days=2), timedelta(days=1)
CLOSES: Final = timedelta(days=24)
PROPOSAL: Final = "堆垛机配双货叉，WMS 与 ERP 对接。 / Stacker cranes with double forks; the WMS talks to the ERP."
MINUTES: Final = "讨论了堆垛机节拍与货叉深度。 / The cycle of the cranes and the depth of the forks were discussed."
QUESTION: Final = "贵方能否提供备件驻场？ / Can you keep spare parts on our site?"
SMALL: Final = "仅有一个同类项目。 / One like project only."


def take_applications(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Receive three applications: one qualifies, one fails and waits for the second person, one is to be judged."""
    places = (HAIRUI, JINGTUO, NANYUE)
    title = "桥式起重机资格预审 / Overhead cranes, prequalification"

    def content(work: Work) -> DraftTender:
        cranes = lot(work, "20 t 桥式起重机 / 20 t overhead cranes", "2", classification="42414100")
        plain = _content(cast, key_ids, title, (cranes,), places)
        return replace(plain, procedure="private-restricted", closes_at=work.now() + CLOSES)

    found = _received(cast, steps.publish(cast.ago(BEGUN), content), places)
    judged = cast.ago(JUDGED)
    _judge(judged, found[0], met=True)
    _judge(judged, found[1], met=False)


def hold_dialogue(cast: Cast, key_ids: tuple[UUID, ...]) -> None:
    """Invite those who qualified to a dialogue: a meeting with one, and a question that one of them has answered."""
    places = (JINGTUO, RHEINFELS, VALTROMPIA)
    title = "自动化立体仓库（两阶段） / Automated warehouse, two stages"

    def content(work: Work) -> DraftTender:
        warehouse = lot(work, "自动化立体仓库 / Automated warehouse", "1", classification="42410000")
        return replace(_content(cast, key_ids, title, (warehouse,), places), procedure="private-two-stage")

    tender_id = steps.publish(cast.ago(BEGUN), content)
    judged = cast.ago(JUDGED)
    for one in _received(cast, tender_id, places, PROPOSAL):
        _judge(judged, one, met=True)
    version = steps.read(judged, cast.approver, tender_id).version
    judged.run(cast.approver, qualifying.decide_qualification, StepTender(tender_id, version))
    steps.advance(cast.ago(INVITED), tender_id)
    _talk(cast, tender_id)


def _content(
    cast: Cast, key_ids: tuple[UUID, ...], title: str, lots: tuple[LotInput, ...], places: Sequence[int]
) -> DraftTender:
    return DraftTender(
        title=title,
        currency=Currency("CNY"),
        lots=lots,
        supplier_ids=tuple(cast.sales[place].org_id for place in places),
        criteria=ASKED,
        budget_approved=True,
        key_ids=key_ids,
    )


def _talk(cast: Cast, tender_id: UUID) -> None:
    """Keep the minutes of one meeting, and ask everybody something that one company answers."""
    met, version = cast.ago(MET), steps.read(cast, cast.evaluator, tender_id).version
    with met.work(cast.evaluator) as work:
        minutes = RecordTalk(
            tender_id=tender_id,
            expected_version=version,
            kind=TalkKind.SESSION,
            text=MINUTES,
            supplier_id=cast.sales[RHEINFELS].org_id,
            held_at=work.now(),
        )
        talking.record_talk(work, cast.evaluator, minutes)
        question = RecordTalk(tender_id=tender_id, expected_version=version, kind=TalkKind.QUESTION, text=QUESTION)
        asked = talking.record_talk(work, cast.evaluator, question)
    person = cast.sales[JINGTUO]
    own = next(one.talk for one in asked if one.talk.supplier_id == person.org_id)
    answer = AnswerTalk(own.id, own.version, "可以，48 小时内到货。 / Yes, with delivery within 48 hours.")
    cast.ago(ANSWERED).run(person, talking.answer_talk, answer)


def _received(cast: Cast, tender_id: UUID, places: Sequence[int], proposal: str = "") -> Sequence[Judged]:
    """Let suppliers apply, end the time for it, and return what the buyer received."""
    applied, ended = cast.ago(APPLIED), cast.ago(ENDED)
    for place in places:
        applied.run(cast.sales[place], applying.send_application, SendApplication(tender_id, SAID, proposal))
    steps.advance(ended, tender_id)
    return ended.run(cast.evaluator, qualifying.list_applications, ReadTender(tender_id))


def _judge(cast: Cast, one: Judged, *, met: bool) -> None:
    findings = (Finding(0, met=True), Finding(3, met, "" if met else SMALL))
    command = JudgeApplication(
        application_id=one.application.id, expected_version=one.qualification.version, findings=findings
    )
    cast.run(cast.evaluator, qualifying.judge_application, command)
