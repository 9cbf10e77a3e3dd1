"""A module's manifest: everything entrypoints need to know of it, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.orm import Session
from typer import Typer

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import Task
from b2b_market.infra.work import Work
from b2b_market.kernel.event import Event
from b2b_market.kernel.permission import Grants, Permission
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import Actor
from b2b_market.ui.viewer import NavGroup


@dataclass(frozen=True, slots=True)
class Handler:
    """A subscriber: ``run(work, actor, event)`` once in effect for each event of ``event``'s topic.

    It runs as a system actor for the event's parties, in a transaction that it may share with the event's other
    subscribers. ``name`` is its key in the inbox and must never change.
    """

    event: type[Event]
    run: Callable[[Work, Actor, Any], None]
    name: str


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A part of the demo data, made through operations; lower ``order`` first."""

    order: int
    run: Callable[[Runtime], None]


@dataclass(frozen=True, slots=True)
class ShellFacts:
    """What the shell shows of the viewer beyond the actor: unread notifications, other companies."""

    unread: int = 0
    organisations: Sequence[tuple[UUID, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a module brings. ``services`` are its operation rooms.

    ``package`` is where its templates and catalogue live.
    """

    name: str
    package: Path
    api: Sequence[APIRouter] = ()
    pages: Sequence[APIRouter] = ()
    handlers: Sequence[Handler] = ()
    tasks: Sequence[Task] = ()
    permissions: Sequence[type[Permission]] = ()
    grants: Sequence[Grants] = ()
    refusals: Sequence[type[Refusal]] = ()
    services: Sequence[ModuleType] = ()
    models: Sequence[ModuleType] = ()
    events: Sequence[type[Event]] = ()
    nav: Sequence[NavGroup] = ()
    cli: Typer | None = None
    demo: Sequence[DemoStep] = ()
    shell: Callable[[Session, Actor], ShellFacts] | None = None
    """Reads the facts of the shell within the page's own transaction."""
    development_pages: Sequence[APIRouter] = field(default=())
    blurred: Sequence[str] = ()
    """First parts of paths whose requests are logged and measured as one, under the first of them.

    For a module where the operator must not tell from the logs what it was that somebody did.
    """
