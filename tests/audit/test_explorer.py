"""Looking into the trail: who sees which entries, filters, pages, values, proofs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from b2b_market.audit import public
from b2b_market.audit.commands import (
    EntryFilter,
    ListCheckpoints,
    ListEntries,
    ProveConsistency,
    ReadCheckpointAt,
    ReadEntry,
)
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.rules.values import ValueState
from b2b_market.audit.service.downloading import log_keys
from b2b_market.audit.service.exploring import list_checkpoints, list_entries, read_checkpoint, read_entry
from b2b_market.audit.service.proving import prove_consistency
from b2b_market.audit.service.views import EntrySummary, EntryView, Verdict
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import Page, PageRequest
from b2b_market.kernel.refusal import Forbidden, NotFound, Unauthenticated
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from tests.audit.conftest import OwnerDoes
from tests.audit.trails import entry, rows, seal, sealer, write, write_many
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

Reader = Callable[..., Actor]


def reader(org: UUID | None = None, platform: str = "") -> Actor:
    return plain_actor(AuditPermission.READ, org=org, platform=platform)


def listed(runtime: Runtime, actor: Actor, **wanted: object) -> list[EntrySummary]:
    return list(paged(runtime, actor, PageRequest(), **wanted).items)


def paged(runtime: Runtime, actor: Actor, page: PageRequest, **wanted: object) -> Page[EntrySummary]:
    with work_for(runtime, actor) as work:
        return list_entries(work, actor, ListEntries(EntryFilter(**wanted), page))  # type: ignore[arg-type]  # by name


def read(runtime: Runtime, actor: Actor, event_id: UUID) -> EntryView:
    with work_for(runtime, actor) as work:
        return read_entry(work, actor, ReadEntry(event_id, log_keys(runtime)))


def test_a_company_sees_its_own_entries_and_the_auditor_all(runtime: Runtime) -> None:
    ours, theirs, auditor = reader(), reader(), reader(platform="auditor")
    write(runtime, entry(ours.org_id), entry(theirs.org_id), entry(ours.org_id, theirs.org_id), entry())
    assert len(listed(runtime, ours)) == 2
    assert len(listed(runtime, theirs)) == 2
    assert len(listed(runtime, auditor)) == 4
    assert listed(runtime, reader()) == []


def test_a_foreign_entry_looks_like_none(runtime: Runtime) -> None:
    ours, theirs = reader(), reader()
    write(runtime, entry(theirs.org_id))
    (foreign,) = listed(runtime, theirs)
    for event_id in (foreign.id, new_id()):
        with pytest.raises(NotFound):
            read(runtime, ours, event_id)


@pytest.mark.parametrize(("actor", "refusal"), [(plain_actor(), Forbidden), (anonymous(), Unauthenticated)])
def test_without_the_permission_nothing_is_read(runtime: Runtime, actor: Actor, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        listed(runtime, actor)
    with pytest.raises(refusal):
        read(runtime, actor, new_id())
    with work_for(runtime, actor) as work, pytest.raises(refusal):
        list_checkpoints(work, actor, ListCheckpoints())


def test_every_filter_narrows_to_what_it_says(runtime: Runtime) -> None:
    ours, author = reader(), reader()
    thing, other = new_id(), new_id()
    write(runtime, entry(ours.org_id, thing=thing, action="thing.made"), actor=author)
    write(runtime, entry(ours.org_id, thing=other), entry(ours.org_id, thing=other, denied=True))
    write(runtime, Entry("sign.in", "session", None, None, (ours.org_id,)))
    assert [found.action for found in listed(runtime, ours, object_id=thing)] == ["thing.made"]
    assert [found.object_id for found in listed(runtime, ours, action="thing.made")] == [thing]
    assert len(listed(runtime, ours, object_type="thing")) == 3
    assert [found.rule for found in listed(runtime, ours, outcome="denied")] == ["thing-refused"]
    assert [found.actor_name for found in listed(runtime, ours, actor_user_id=author.user_id)] == ["A Person"]
    newest = listed(runtime, ours)[0].occurred_at
    assert listed(runtime, ours, since=newest + timedelta(microseconds=1)) == []
    assert len(listed(runtime, ours, since=newest)) == 4
    assert listed(runtime, ours, until=newest) == []
    assert len(listed(runtime, ours, until=newest + timedelta(microseconds=1))) == 4
    assert listed(runtime, ours, object_type="thing", action="sign.in") == []


def test_pages_hold_every_entry_once_the_newest_first(runtime: Runtime) -> None:
    ours = reader()
    for count in (4, 1, 6):
        write_many(runtime, count, ours.org_id)
    seen: list[EntrySummary] = []
    after = None
    while True:
        page = paged(runtime, ours, PageRequest(3, after))
        assert len(page.items) <= 3
        seen += page.items
        after = page.next_after
        if after is None:
            break
    assert len({found.id for found in seen}) == 11
    order = [(found.occurred_at, found.id) for found in seen]
    assert order == sorted(order, reverse=True)


@pytest.mark.committed
def test_a_list_is_the_same_before_between_and_after_sealing(fresh: Runtime) -> None:
    ours, thing = reader(), new_id()
    for count in (5, 3, 4):
        write_many(fresh, count, ours.org_id)
        write(fresh, entry(new_id()), entry(ours.org_id, thing=thing))
    expected = [found.id for found in listed(fresh, ours)]
    assert len(expected) == 15
    one = sealer(fresh)
    for step in range(30):
        if step % 2:
            one.run(batches=1, batch=2)
        seen: list[UUID] = []
        after = None
        while True:
            page = paged(fresh, ours, PageRequest(4, after))
            seen += [found.id for found in page.items]
            after = page.next_after
            if after is None:
                break
        assert seen == expected
        assert len(listed(fresh, ours, object_id=thing)) == 3
    seal(fresh)
    assert [found.id for found in listed(fresh, ours)] == expected
    assert all(found.leaf_index is not None for found in listed(fresh, ours))


@pytest.mark.parametrize("after", [("yesterday", str(UUID(int=7))), ("2026-01-01T00:00:00+00:00", "7")])
def test_a_cursor_of_another_list_is_refused(runtime: Runtime, after: tuple[str, str]) -> None:
    with pytest.raises(MalformedRequest):
        paged(runtime, reader(), PageRequest(3, after))


@pytest.mark.parametrize("after", ["x", "-1", "１２", "9" * 30])
def test_a_cursor_of_no_checkpoint_is_refused(runtime: Runtime, after: str) -> None:
    actor = reader()
    with work_for(runtime, actor) as work, pytest.raises(MalformedRequest):
        list_checkpoints(work, actor, ListCheckpoints(PageRequest(3, (after, ""))))


def test_an_entry_shows_its_values_and_that_they_are_the_ones_committed_to(runtime: Runtime) -> None:
    ours = reader()
    write(runtime, entry(ours.org_id))
    view = read(runtime, ours, listed(runtime, ours)[0].id)
    fields = {field.name: field for field in view.fields}
    assert (fields["title"].before, fields["title"].after) == ("旧", "new")
    assert fields["parts"].after == ["a"]
    assert (fields["price"].before, fields["price"].after) == (None, None)
    states = {name: field.state for name, field in fields.items()}
    assert states == {"title": ValueState.PROVEN, "parts": ValueState.PROVEN, "price": ValueState.SECRET}
    assert view.proof is None
    assert view.verdict is Verdict.UNSEALED
    assert view.summary.leaf_index is None
    assert view.network == "10.0.0.0/24"


@pytest.mark.committed
def test_a_sealed_entry_is_proven_and_an_altered_one_is_not(fresh: Runtime, owner_does: OwnerDoes) -> None:
    ours = reader()
    write_many(fresh, 300)
    write(fresh, entry(ours.org_id))
    write_many(fresh, 300)
    seal(fresh)
    event_id = listed(fresh, ours)[0].id
    view = read(fresh, ours, event_id)
    assert view.verdict is Verdict.PROVEN
    assert view.proof is not None
    assert (view.proof.leaf_index, view.proof.checkpoint.size) == (300, 601)
    assert 300 < view.proof.sealed_by.size <= 601
    unknown = replace(fresh, settings=fresh.settings.model_copy(update={"data_dir": fresh.settings.data_dir / "none"}))
    assert read(unknown, ours, event_id).verdict is Verdict.UNSIGNED
    owner_does("UPDATE audit_event SET action = 'thing.unchanged' WHERE visible_to <> '{}'")
    assert read(fresh, ours, event_id).verdict is Verdict.ALTERED


@pytest.mark.committed
def test_values_that_were_altered_or_erased_are_told_apart(fresh: Runtime, owner_does: OwnerDoes) -> None:
    ours = reader()
    write(fresh, entry(ours.org_id))
    seal(fresh)
    event_id = listed(fresh, ours)[0].id
    owner_does("UPDATE audit_detail SET changes = jsonb_set(changes, '{title,after}', '\"gold\"')")
    altered = read(fresh, ours, event_id)
    assert {field.name for field in altered.fields if field.state is ValueState.ALTERED} == {"title"}
    assert altered.verdict is Verdict.ALTERED
    assert altered.proof is not None
    assert altered.proof.verdict is Verdict.PROVEN
    owner_does("DELETE FROM audit_detail")
    erased = read(fresh, ours, event_id)
    assert {field.state for field in erased.fields} == {ValueState.ERASED}
    assert erased.summary.actor_name is None
    assert erased.verdict is Verdict.PROVEN


@pytest.mark.committed
def test_consistency_is_proved_between_any_two_checkpoints(fresh: Runtime, owner_does: OwnerDoes) -> None:
    auditor = reader(platform="auditor")
    for count in (3, 300, 700, 1):
        write_many(fresh, count)
        seal(fresh)
    sizes = [size for (size,) in rows(fresh, "SELECT size FROM audit_checkpoint ORDER BY size")]
    for first in sizes:
        for second in sizes:
            with work_for(fresh, auditor) as work:
                proof = prove_consistency(work, auditor, ProveConsistency(first, second, log_keys(fresh)))
            assert proof.holds
            assert (proof.first.size, proof.second.size) == tuple(sorted((first, second)))
    owner_does("UPDATE audit_checkpoint SET root = sha256('x') WHERE size = (SELECT min(size) FROM audit_checkpoint)")
    with work_for(fresh, auditor) as work:
        assert not prove_consistency(work, auditor, ProveConsistency(sizes[0], sizes[-1], log_keys(fresh))).holds
        with pytest.raises(NotFound):
            prove_consistency(work, auditor, ProveConsistency(sizes[0] + 1, sizes[-1], log_keys(fresh)))


@pytest.mark.committed
def test_checkpoints_are_listed_and_read(fresh: Runtime) -> None:
    actor = reader()
    write_many(fresh, 2500)
    seal(fresh)
    with work_for(fresh, actor) as work:
        first = list_checkpoints(work, actor, ListCheckpoints(PageRequest(2)))
        rest = list_checkpoints(work, actor, ListCheckpoints(PageRequest(2, first.next_after)))
        assert read_checkpoint(work, actor, ReadCheckpointAt(2000)).size == 2000
        with pytest.raises(NotFound):
            read_checkpoint(work, actor, ReadCheckpointAt(1999))
    assert [signed.size for signed in (*first.items, *rest.items)] == [2500, 2000, 1000]
    assert rest.next_after is None


def test_a_timeline_tells_the_history_of_one_thing_to_its_parties(runtime: Runtime) -> None:
    ours, colleague, stranger = reader(), plain_actor(), reader()
    thing = new_id()
    write(runtime, entry(ours.org_id, thing=thing, action="thing.made"), actor=ours)
    write(
        runtime,
        entry(ours.org_id, thing=thing, version=2),
        entry(ours.org_id, thing=thing, denied=True),
        entry(ours.org_id),
        actor=ours,
    )
    with work_for(runtime, ours) as work:
        found = public.timeline(work, ours, "thing", thing)
        assert public.timeline(work, ours, "thing", thing, limit=1) == found[:1]
        assert public.timeline(work, ours, "other", thing) == []
    assert [(step.action, step.version) for step in found] == [("thing.changed", 2), ("thing.made", 1)]
    assert found[0].changes == (("parts", "[]", '["a"]'), ("title", "旧", "new"))
    assert (found[0].actor, found[0].channel) == ("A Person", "test")
    assert found[0].href == f"/audit/{found[0].event_id}"
    member = replace(colleague, org_ids=ours.org_ids)
    with work_for(runtime, member) as work:
        assert [step.href for step in public.timeline(work, member, "thing", thing)] == [None, None]
    with work_for(runtime, stranger) as work:
        assert public.timeline(work, stranger, "thing", thing) == []
    with work_for(runtime, anonymous()) as work:
        assert public.timeline(work, anonymous(), "thing", thing) == []


def test_a_step_is_named_by_the_module_that_knows_it(runtime: Runtime) -> None:
    ours, thing = reader(), new_id()
    write(runtime, entry(ours.org_id, thing=thing), actor=ours)
    with work_for(runtime, ours) as work:
        (step,) = public.timeline(work, ours, "thing", thing)
    named = step.named("标题已更改", {"title": "标题"}, "info")
    assert (named.text, named.tone, named.changes) == ("标题已更改", "info", (("标题", "旧", "new"),))
    assert replace(step, actor_name="").actor == "—"


@pytest.mark.parametrize(("value", "text"), [(None, None), ("x", "x"), (True, "true"), ({"b": "中"}, '{"b": "中"}')])
def test_stored_values_are_written_for_people(value: object, text: str | None) -> None:
    assert public.as_text(value) == text


@pytest.mark.committed
def test_anybody_gets_the_proof_of_a_version_and_nothing_else(fresh: Runtime) -> None:
    ours, thing = reader(), new_id()
    write(fresh, entry(ours.org_id, thing=thing), entry(ours.org_id, thing=thing, version=2))
    for actor in (anonymous(), reader(), system_actor("printing", ours.org_id)):
        with work_for(fresh, actor) as work:
            assert public.prove_version(work, actor, "thing", thing, 1) is None
    seal(fresh)
    with work_for(fresh, anonymous()) as work:
        proof = public.prove_version(work, anonymous(), "thing", thing, 2)
        assert public.prove_version(work, anonymous(), "thing", thing, 3) is None
        assert public.timeline(work, anonymous(), "thing", thing) == []
    assert proof is not None
    assert proof.holds
    assert proof.size == 2
    placed = rows(fresh, "SELECT leaf_index, event_id FROM audit_leaf")
    assert (proof.leaf_index, proof.event_id) in placed
