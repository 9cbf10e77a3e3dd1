"""Who looks at a page and how they want it shown; built by the edge for every request, read by the base template."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from b2b_market.ui.language import Language

Tone = Literal["neutral", "violet", "info", "warn", "brand", "ok", "bad"]
Shape = Literal["ring", "hourglass", "dot", "tick", "cross"]


class Theme(StrEnum):
    """The colour theme; ``auto`` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """The height of table rows: 44, 36 or 28 pixels."""

    COMFORTABLE = "comfortable"
    DEFAULT = "default"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True)
class Badge:
    """How a status looks: ``label`` is a message id, ``shape`` None means the usual shape of the tone."""

    label: str
    tone: Tone = "neutral"
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the left navigation; ``label`` is a message id, ``permission`` None means everybody signed in."""

    label: str
    href: str
    icon: str = "dot"
    permission: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under one heading; ``label`` is a message id, empty for the first group without a heading."""

    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company the viewer may switch to."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Flash:
    """A message about what was just done; ``message`` is a message id, ``facts`` fill its ``{name}`` fields."""

    message: str
    tone: Tone = "ok"
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ShellLinks:
    """Addresses the shell links and posts to; the site may mount them elsewhere."""

    home: str = "/"
    search: str = "/search"
    notifications: str = "/notifications"
    account: str = "/account"
    sign_in: str = "/sign-in"
    sign_out: str = "/sign-out"
    preferences: str = "/preferences"
    switch_organisation: str = "/organization/switch"
    clock: str = "/health/live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One reader of one page. ``timezone`` is the user's, ``org_timezone`` the organisation's; ``now`` is aware UTC."""

    now: datetime
    locale: Language = Language.EN
    theme: Theme = Theme.AUTO
    density: Density = Density.DEFAULT
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    org_timezone: ZoneInfo | None = None
    signed_in: bool = False
    user_name: str = ""
    role_name: str = ""
    org_name: str = ""
    org_id: UUID | None = None
    permissions: frozenset[str] = frozenset()
    unread: int = 0
    organisations: tuple[Organisation, ...] = ()
    nav: tuple[NavGroup, ...] = ()
    csrf_token: str = ""
    flashes: tuple[Flash, ...] = ()
    single_key_shortcuts: bool = True
    path: str = "/"
    links: ShellLinks = field(default_factory=ShellLinks)

    def may(self, permission: str) -> bool:
        """Tell whether the viewer's roles here grant ``permission``; templates show a button only then."""
        return str(permission) in self.permissions

    @property
    def visible_nav(self) -> tuple[NavGroup, ...]:
        """Return the navigation without the entries the viewer may not open, and without empty groups."""
        groups = (
            replace(group, items=tuple(i for i in group.items if i.permission is None or self.may(i.permission)))
            for group in self.nav
        )
        return tuple(group for group in groups if group.items)

    @property
    def current_href(self) -> str:
        """Return the href of the navigation entry the present path belongs to (longest prefix), or ''."""
        hrefs = (item.href for group in self.nav for item in group.items)
        inside = (h for h in hrefs if self.path == h or (h != "/" and self.path.startswith(h.rstrip("/") + "/")))
        return max(inside, key=len, default="")

    @property
    def shown_zone(self) -> ZoneInfo | None:
        """Return the zone to print beside times: only when the user's clock differs from the organisation's."""
        if self.org_timezone is None:
            return None
        moment = self.now.astimezone(UTC)
        same = moment.astimezone(self.timezone).utcoffset() == moment.astimezone(self.org_timezone).utcoffset()
        return None if same else self.timezone
