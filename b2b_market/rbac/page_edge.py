"""The edge of pages: the same transaction as an API call, plus the viewer, the form, flash messages and redirects."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from b2b_market.infra.http import idempotency
from b2b_market.infra.http.idempotency import IdempotencyKey, IdempotencyKeyRequired, StoredAnswer
from b2b_market.infra.http.opening import Opens
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import Refusal, Unauthenticated
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.edge import Edge, Replay
from b2b_market.rbac.manifest import ShellFacts
from b2b_market.rbac.role_names import role_label
from b2b_market.ui.forms import CSRF_FIELD, Form, FormData, parse_form
from b2b_market.ui.language import Language, negotiate
from b2b_market.ui.rendering import Renderer
from b2b_market.ui.security import CSRF_HEADER, SAFE_METHODS, FlashBox, check_csrf, check_same_origin, csrf_token
from b2b_market.ui.viewer import Density, Flash, NavGroup, Organisation, Theme, Viewer

FLASH_COOKIE = "market_flash"
LANGUAGE_COOKIE = "market_language"
THEME_COOKIE = "market_theme"
FORM_SCOPE = "b2b_market.form"
KEY_FIELD = "idempotency_key"
_OURS = frozenset({CSRF_FIELD, KEY_FIELD})


@dataclass(frozen=True)
class PageShell:
    """What every page needs of the process; lives at ``app.state.pages``."""

    edge: Edge
    renderer: Renderer
    nav: tuple[NavGroup, ...]
    shell: Sequence[Callable[[Session, Actor], ShellFacts]]
    cookie_key: bytes
    origins: frozenset[str]
    secure_cookies: bool
    flashes: FlashBox

    def viewer(self, request: Request, actor: Actor | None, now: datetime, facts: ShellFacts) -> Viewer:
        """Return the viewer of one request: the person's settings, else the cookies and headers of the browser."""
        person = actor.person if actor is not None else None
        known = actor is not None and not actor.is_anonymous
        locale = negotiate(
            (person.locale if person else None) or None,
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language"),
        )
        theme = person.theme if known and person else request.cookies.get(THEME_COOKIE, "auto")
        return Viewer(
            now=now,
            locale=locale,
            theme=Theme(theme) if theme in {str(item) for item in Theme} else Theme.AUTO,
            density=Density(person.density) if known and person else Density.DEFAULT,
            timezone=ZoneInfo(person.timezone if person else "UTC"),
            org_timezone=ZoneInfo(actor.org_timezone) if actor is not None and known else None,
            signed_in=known,
            user_name=actor.who.name if actor is not None and known else "",
            role_name=self._roles(actor, locale),
            org_name=actor.org_name if actor is not None else "",
            org_id=actor.org_ids[0] if actor is not None and actor.org_ids else None,
            permissions=actor.permissions if actor is not None else frozenset(),
            unread=facts.unread,
            organisations=tuple(Organisation(org_id, name) for org_id, name in facts.organisations),
            nav=self.nav if known else (),
            csrf_token=csrf_token(self.cookie_key, session_reference(request, actor)),
            flashes=self.flashes.load(request.cookies.get(FLASH_COOKIE), now),
            single_key_shortcuts=person.single_key_shortcuts if person else True,
            path=request.url.path,
        )

    def _roles(self, actor: Actor | None, locale: Language) -> str:
        roles = sorted(actor.roles) if actor is not None else ()
        return ", ".join(self.renderer.catalogue.translate(locale, role_label(role)) for role in roles)

    def facts(self, session: Session, actor: Actor) -> ShellFacts:
        """Return what the shell shows of ``actor``, gathered from the modules that know."""
        parts = [read(session, actor) for read in self.shell]
        organisations = tuple(item for part in parts for item in part.organisations)
        return ShellFacts(sum(part.unread for part in parts), organisations)

    def language(self, request: Request) -> Language:
        """Return the language of an answer that has no actor: the cookie's, else the browser's."""
        return negotiate(None, request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))


def session_reference(request: Request, actor: Actor | None) -> str:
    """Return what a form token is bound to: the session, or for strangers the browser's own seed cookie."""
    if actor is not None and actor.who.session:
        return actor.who.session
    return request.cookies.get("market_seed", "")


class PageRoute(StrictRoute):
    """A route of pages: reads a posted form before the (synchronous) endpoint needs it.

    ``max_text`` is how many bytes one field may have; what a page asks for in fields of its own is checked by its form.
    """

    max_text: ClassVar[int] = 1024 * 1024

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the strict route's handler."""
        handle = super().get_route_handler()

        async def with_form(request: Request) -> Response:
            if request.method in SAFE_METHODS:
                return await handle(request)
            async with request.form(
                max_files=20, max_fields=20_000, max_part_size=self.max_text
            ) as form:  # closes the files sent
                request.scope[FORM_SCOPE] = list(form.multi_items())
                return await handle(request)

        return with_form


class PageContext:
    """One page call: the open work, the actor, the form, and how to answer."""

    def __init__(self, shell: PageShell, request: Request, work: Work, actor: Actor) -> None:
        """Read nothing yet."""
        self.shell = shell
        self.request = request
        self.work = work
        self.actor = actor
        self.refusal: Refusal | None = None
        self._key: IdempotencyKey | None = None

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asked: answer with the fragment, not the whole page."""
        return self.request.headers.get("hx-request") == "true"

    def form(self, *lists: str) -> FormData:
        """Return the posted form; ``lists`` names fields that may come several times."""
        pairs: list[tuple[str, str | UploadFile]] = self.request.scope.get(FORM_SCOPE, [])
        return parse_form(((name, value) for name, value in pairs if name not in _OURS), lists)

    def once(self) -> None:
        """Make a second submit of the same form harmless: it gets the first one's redirect (Replay).

        Call it first in a route that makes something new; the form carries its key (``ui.form(…, idempotency=key)``).
        """
        sent = [value for name, value in self.request.scope.get(FORM_SCOPE, []) if name == KEY_FIELD]
        if len(sent) != 1 or not isinstance(sent[0], str) or not idempotency.is_key(sent[0]):
            raise IdempotencyKeyRequired
        route = self.request.scope.get("route")
        key = IdempotencyKey(
            self.actor.org_ids[0] if self.actor.org_ids else UUID(int=0),
            str(self.signed_in().user_id),
            f"page.{getattr(route, 'name', '')}",
            sent[0],
            hashlib.sha256(self.request.url.path.encode()).digest(),
        )
        stored = idempotency.claim(self.work.session, key, self.work.now())
        if stored is not None:
            raise Replay(stored)
        self._key = key

    def signed_in(self) -> Actor:
        """Return the actor, or raise Unauthenticated, which leads to the sign-in page."""
        if self.actor.is_anonymous:
            raise Unauthenticated
        return self.actor

    def viewer(self) -> Viewer:
        """Return who looks; reads the shell's facts once per call."""
        facts = ShellFacts() if self.actor.is_anonymous else self.shell.facts(self.work.session, self.actor)
        return self.shell.viewer(self.request, self.actor, self.work.now(), facts)

    def page(self, template: str, context: Mapping[str, object] | None = None, *, status: int = 200) -> Response:
        """Render ``template`` for the viewer, after the rows of this transaction are flushed and its trail written.

        A form that gets a page for an answer made nothing: its key is free for the next attempt.
        """
        self.work.finish()
        if self._key is not None:
            idempotency.release(self.work.session, self._key)
            self._key = None
        html = self.shell.renderer.render(self.viewer(), template, context)
        response = HTMLResponse(
            html, status, headers={"Cache-Control": "no-store", "Vary": "HX-Request, Cookie, Accept-Language"}
        )
        if FLASH_COOKIE in self.request.cookies:
            response.delete_cookie(FLASH_COOKIE, path="/")
        return response

    def see(self, url: str, *flashes: Flash) -> Response:
        """Redirect to ``url`` after a change (303), carrying messages for the next page.

        Htmx callers get HX-Redirect.
        """
        self.work.session.flush()
        if self._key is not None:
            self.work.write_last(idempotency.kept(self._key, StoredAnswer(303, f"Location: {url}", b"")))
            self._key = None
        if self.is_fragment:
            response = Response(status_code=204, headers={"HX-Redirect": url})
        else:
            response = RedirectResponse(url, 303)
        if flashes:
            value = self.shell.flashes.dump(flashes, self.work.now())
            response.set_cookie(
                FLASH_COOKIE,
                value,
                max_age=600,
                path="/",
                httponly=True,
                secure=self.shell.secure_cookies,
                samesite="lax",
            )
        return response

    @contextmanager
    def attempt(self, form: Form, *, unless: type[Refusal] | None = None) -> Iterator[None]:
        """Try a change and its answer: a refusal undoes it and is noted in ``form``, for the page that comes after.

        One that is an ``unless`` gets a page of its own, as everywhere else.
        """
        try:
            yield
        except Refusal as refusal:
            if unless is not None and isinstance(refusal, unless):
                raise
            self.refuse(refusal)
            form.add_refusal(refusal)

    def refuse(self, refusal: Refusal) -> None:
        """Undo this transaction, keep reading as the same actor, and audit the refusal where it is a denial."""
        self.work.session.rollback()
        self.work.forget()
        self._key = None
        self.work.act_for(self.actor.tenant())
        self.refusal = refusal


@contextmanager
def opened_page(request: Request) -> Iterator[PageContext]:
    """Open a page as a block, for routes that do slow work between two transactions, such as reading an upload."""
    shell: PageShell = request.app.state.pages
    with shell.edge.open(request, "page") as (work, actor):
        if request.method not in SAFE_METHODS:
            check_same_origin(
                request.method, {name.lower(): value for name, value in request.headers.items()}, shell.origins
            )
            check_csrf(shell.cookie_key, session_reference(request, actor), _sent_token(request))
        call = PageContext(shell, request, work, actor)
        yield call
        if call.refusal is not None:
            shell.edge.note_denial(call.refusal, request, actor, work.cause, veil=work.veiled)


def _sent_token(request: Request) -> str | None:
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header
    sent = [value for name, value in request.scope.get(FORM_SCOPE, []) if name == CSRF_FIELD]
    return sent[0] if len(sent) == 1 and isinstance(sent[0], str) else None


PageCall = Annotated[PageContext, Depends(Opens(opened_page))]
"""The dependency of every page route."""
