"""What time does to the board: entries of an older vocabulary are indexed again, saved searches tell their news."""

from collections.abc import Iterator
from uuid import UUID

from b2b_market.board.commands import ListRequest, ListTender, ReadSearch
from b2b_market.board.service import alerting, listing
from b2b_market.board.states import Subject
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Bilingual, MessageType, Thing, tell
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.sweeping import sweep

INDEX_PERIOD = 60.0
ALERT_PERIOD = 20.0
PART = "board.clock"


class SearchNews(MessageType):
    """Owners of saved searches: something new fits."""

    code, permission = "board.search_news", "board:save"
    label = N_("News of your saved searches")
    subject = N_("New on the public board: {name}")
    body = N_(
        "{requests}\n\nThis fits your saved search “{name}”. Change or end these messages under “Saved searches” on "
        "the board."
    )


def index_again(runtime: Runtime) -> int:
    """Index some entries again whose vocabulary is not the present one, each in a transaction of its own."""
    return sweep(runtime, PART, listing.outdated_entries, _index, parties=lambda due: (due[2],))


def _index(work: Work, actor: Actor, due: tuple[Subject, UUID, UUID]) -> bool:
    kind, subject_id, _ = due
    if kind is Subject.TENDER:
        listing.list_tender(work, actor, ListTender(subject_id))
    else:
        listing.list_request(work, actor, ListRequest(subject_id))
    return True


def alert(runtime: Runtime) -> int:
    """Wake searches for what was listed and let all that are due tell their news; return how many messages went out.

    Runs on any number of workers, twice as well as once: a search is locked while it speaks, and what was told is
    noted with the message.
    """
    clock = system_actor(PART)
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        alerting.wake_searches(work, clock, None)
    return sweep(runtime, PART, alerting.due_searches, lambda work, actor, due: _speak(work, actor, due[0]))


def _speak(work: Work, actor: Actor, search_id: UUID) -> bool:
    news = alerting.tell_news(work, actor, ReadSearch(search_id))
    if news is None:
        return False
    _tell(work, news)
    return True


def _tell(work: Work, news: alerting.News) -> None:
    requests = Bilingual(
        zh="\n".join(_lines(news, zh=True)),
        en="\n".join(_lines(news, zh=False)),
    )
    search = news.search
    thing = Thing(type="board_search", id=search.id, name=search.name, link=f"/board/searches/{search.id}")
    tell(work, [news.reader], SearchNews, thing, name=search.name, requests=requests)


def _lines(news: alerting.News, *, zh: bool) -> Iterator[str]:
    for entry in news.entries:
        own, other = entry.buyer_name_en, entry.buyer_name_zh
        if zh:
            own, other = other, own
        yield f"{entry.title} · {own or other} · {entry.number}"
    if news.more:
        yield "…"


TASKS = (
    Task("board.index_again", index_again, INDEX_PERIOD),
    Task("board.alert", alert, ALERT_PERIOD),
)
