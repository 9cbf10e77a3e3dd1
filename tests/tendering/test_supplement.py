"""A committee that fell short: more people, another seed, another person's word, and the same draw for everybody."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.duties import OwnWork
from b2b_market.tendering.cli.bidding import app
from b2b_market.tendering.commands.committee import Named
from b2b_market.tendering.commands.supplements import DrawSupplement, NameSupplement
from b2b_market.tendering.rules import supplements as rules
from b2b_market.tendering.rules.committee import JurorsUnfit
from b2b_market.tendering.rules.drawing import Candidate, Draw, DrawDoesNotMatch, PoolTooSmall, Shape, draw_seats
from b2b_market.tendering.service import supplementing
from b2b_market.tendering.service.committee import CommitteeView
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus, SupplementStatus
from b2b_market.tendering.tasks import advance_committees
from tests.support import committees, judging
from tests.support import tenders as made
from tests.support.people import actor_of, join, make_person, post_form, sign_in, start_session
from tests.support.tenders import Hall
from tests.support.works import work_for

WORD = "lottery 04 11 17 23 31 33"
POOL = [Candidate(UUID(int=number), number % 2 == 0) for number in range(1, 7)]


def record(**changes: Any) -> dict[str, Any]:
    empty, barred = rules.Empty(2, 1), frozenset({UUID(int=3)})
    drawn = draw_seats(b"s" * 32, rules.require_word(WORD), POOL, (2, 1), barred=barred)
    made_record = rules.supplement_record(UUID(int=9), empty, drawn, (b"s" * 32, WORD), (POOL, barred))
    return {**made_record, **changes}


class TestRules:
    def test_the_empty_seats_keep_the_share_of_experts(self) -> None:
        shape = Shape(5, 2, 3)
        experts = [Candidate(UUID(int=number), expert=True) for number in range(4)]
        others = [Candidate(UUID(int=10 + number), expert=False) for number in range(4)]
        assert rules.empty_seats(5, shape, [*experts[:3], others[0]]) == rules.Empty(1, 1)
        assert rules.empty_seats(5, shape, experts) == rules.Empty(1, 0)
        assert rules.empty_seats(5, shape, others[:3]) == rules.Empty(2, 2)

    def test_a_word_is_read_as_it_is_spoken(self) -> None:
        assert rules.require_word(" lottery  04 11 17 23 31 33 ") == rules.require_word(WORD)
        for wrong in ("short", "x" * 201):
            with pytest.raises(Invalid):
                rules.require_word(wrong)

    def test_the_draw_is_made_again_from_its_record(self) -> None:
        _, drawn = rules.check_supplement(record())
        assert isinstance(drawn, Draw)
        assert UUID(int=3) not in (*drawn.members, *drawn.reserves)

    @pytest.mark.parametrize(
        ("changes", "part"),
        [
            ({"seed": "00" * 32}, "seed"),
            ({"pool_digest": "00" * 32}, "pool"),
            ({"word": "another word"}, "word"),
            ({"members": record()["members"][::-1]}, "committee"),
        ],
    )
    def test_what_differs_is_named(self, changes: dict[str, Any], part: str) -> None:
        with pytest.raises(DrawDoesNotMatch) as refused:
            rules.check_supplement(record(**changes))
        assert refused.value.facts["part"] == part

    @pytest.mark.parametrize("changes", [{"seed": None}, {"pool": [{}]}, {"word": "short"}, {"barred": ["x"]}])
    def test_what_cannot_be_read_is_no_record(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r".+"):
            rules.check_supplement(record(**changes))


def short(runtime: Runtime, hall: Hall) -> UUID:
    """Run a tender with a committee until nobody is left for an empty seat."""
    command = made.tender_command(hall, procedure=committees.procedure(runtime, hall.purchaser))
    tender = judging.opened(runtime, hall, [{0: judging.content(price)} for price in ("80", "100")], command)
    assert advance_committees(runtime) == 1
    for _ in range(8):
        found = committees.view(runtime, hall.purchaser, tender.tender.id)
        assert found.committee is not None
        if found.committee.status is CommitteeStatus.SHORT:
            break
        committees.declare(runtime, members(runtime, found)[0], tender.tender.id, conflict=True)
        assert advance_committees(runtime) == 1
    return tender.tender.id


def members(runtime: Runtime, found: CommitteeView) -> list[Actor]:
    seated = [one for one in found.jurors if one.status is JurorStatus.SEATED]
    return [actor_of(runtime, start_session(runtime, one.user_id, one.org_id)) for one in seated]


def more_people(runtime: Runtime, hall: Hall, number: int = 2, *, expert: bool = True) -> tuple[Named, ...]:
    emails = [f"more-{new_id()}@example.org" for _ in range(number)]
    for email in emails:
        make_person(runtime, hall.buyer_id, Role.BUYER_EVALUATOR, name="More", email=email)
    return tuple(Named(email, expert) for email in emails)


def name(runtime: Runtime, hall: Hall, tender_id: UUID, people: tuple[Named, ...]) -> CommitteeView:
    version = made.read(runtime, hall.purchaser, tender_id).version
    with work_for(runtime, hall.purchaser) as work:
        command = NameSupplement(tender_id, version, people)
        return supplementing.name_supplement(work, hall.purchaser, command)


def draw(runtime: Runtime, person: Actor, tender_id: UUID, word: str = WORD) -> CommitteeView:
    version = made.read(runtime, person, tender_id).version
    with work_for(runtime, person) as work:
        return supplementing.draw_supplement(work, person, DrawSupplement(tender_id, version, word))


class TestSupplement:
    def test_fills_the_empty_seats_and_the_committee_goes_on(
        self, runtime: Runtime, hall: Hall, tmp_path: Path
    ) -> None:
        tender_id = short(runtime, hall)
        with pytest.raises(rules.NoSupplement):
            draw(runtime, hall.approver, tender_id)
        with pytest.raises(PoolTooSmall):
            name(runtime, hall, tender_id, more_people(runtime, hall, 1, expert=False))
        announced = name(runtime, hall, tender_id, more_people(runtime, hall)).supplements[0]
        assert (announced.status, announced.draw, announced.seats) == (SupplementStatus.NAMED, None, 1)
        with pytest.raises(rules.SupplementWaits):
            name(runtime, hall, tender_id, more_people(runtime, hall))
        with pytest.raises(OwnWork):
            draw(runtime, replace(hall.approver, who=hall.purchaser.who), tender_id)
        drawn = draw(runtime, hall.approver, tender_id)
        assert drawn.committee is not None
        assert drawn.committee.status is CommitteeStatus.DRAWN
        assert sum(one.status is JurorStatus.SEATED for one in drawn.jurors) == 5
        with pytest.raises(rules.CommitteeNotShort):
            draw(runtime, hall.approver, tender_id)
        self._verified(drawn, tmp_path)
        judging.begin(runtime, hall, made.read(runtime, hall.purchaser, tender_id))
        bids = [bid.id for bid, _ in judging.judged(runtime, hall.purchaser, tender_id).lots[0].bids]
        judging.deliver(runtime)
        for member in members(runtime, committees.view(runtime, hall.purchaser, tender_id)):
            committees.declare(runtime, member, tender_id)
            committees.hand_in(runtime, member, tender_id, dict.fromkeys(bids, "70"))
        assert advance_committees(runtime) == 1
        assert judging.judged(runtime, hall.purchaser, tender_id).lots[0].scored

    def _verified(self, found: CommitteeView, tmp_path: Path) -> None:
        """The record leads anybody to the same people, and to no others."""
        supplement = found.supplements[0]
        assert supplement.draw is not None
        path = tmp_path / "supplement.json"
        path.write_text(json.dumps({"draw": supplement.draw}))
        runner = CliRunner()
        options = ["--commitment", bytes(supplement.commitment).hex()]
        sound = runner.invoke(app, ["bid", "verify-draw", str(path), *options])
        assert (sound.exit_code, "Sound: 1 members" in sound.output) == (0, True), sound.output
        path.write_text(json.dumps({**supplement.draw, "word": "another word"}))
        assert runner.invoke(app, ["bid", "verify-draw", str(path)]).exit_code == 2

    def test_is_for_new_people_who_hold_no_key_and_did_not_publish(self, runtime: Runtime, hall: Hall) -> None:
        tender_id = short(runtime, hall)
        people = more_people(runtime, hall)
        both = f"both-{new_id()}@example.org"
        officer = join(runtime, hall.officers[0], hall.buyer_id, Role.BUYER_EVALUATOR)
        assert officer.user_id == hall.officers[0].user_id
        for unfit, refusal in (
            ((Named(hall.officers[0].person.email, True),), JurorsUnfit),
            ((Named(both, True),), Invalid),
        ):
            with pytest.raises(refusal):
                name(runtime, hall, tender_id, (*people, *unfit))
        name(runtime, hall, tender_id, people)
        draw(runtime, hall.approver, tender_id)
        seat = next(one for one in committees.view(runtime, hall.purchaser, tender_id).jurors if one.name == "More")
        assert seat.status in (JurorStatus.SEATED, JurorStatus.RESERVE)

    def test_is_not_for_a_committee_whose_seats_are_taken(self, runtime: Runtime, hall: Hall) -> None:
        command = made.tender_command(hall, procedure=committees.procedure(runtime, hall.purchaser))
        tender = judging.opened(runtime, hall, [{0: judging.content("80")}, {0: judging.content("100")}], command)
        assert advance_committees(runtime) == 1
        with pytest.raises(rules.CommitteeNotShort):
            name(runtime, hall, tender.tender.id, more_people(runtime, hall))


class TestPages:
    def test_lead_from_the_names_to_the_draw(self, runtime: Runtime, hall: Hall, client: TestClient) -> None:
        tender_id = short(runtime, hall)
        at = f"/tenders/{tender_id}/committee"
        assert "Name more people" in sign_in(client, hall.purchaser).get(at).text
        people = "\n".join(f"{one.email} *" for one in more_people(runtime, hall))
        version = made.read(runtime, hall.purchaser, tender_id).version
        missing = post_form(client, f"{at}/supplement", {"version": version, "people": "nobody@example.org"})
        assert missing.status_code == 422
        done = post_form(client, f"{at}/supplement", {"version": version, "people": people})
        assert done.status_code == 303, done.text
        assert "Waits for a word" in client.get(at).text
        judging.deliver(runtime)
        assert "Draw the empty seats" in sign_in(client, hall.approver).get(at).text
        version = made.read(runtime, hall.approver, tender_id).version
        assert post_form(client, f"{at}/supplement/draw", {"version": version, "word": "short"}).status_code == 409
        done = post_form(client, f"{at}/supplement/draw", {"version": version, "word": WORD})
        assert done.status_code == 303, done.text
        assert WORD in client.get(at).text
