"""The way from a path to its routes, without asking each of hundreds of routes whether it is meant."""

from copy import copy
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send


@dataclass(slots=True)
class _Room:
    """What is known of paths that begin alike: routes are named by their place in the router."""

    named: dict[str, "_Room"] = field(default_factory=dict)
    """By the next part of the path."""
    anyhow: "_Room | None" = None
    """Where the next part is a parameter."""
    ending: list[int] = field(default_factory=list)
    """Routes whose path ends here."""
    going_on: list[int] = field(default_factory=list)
    """Routes that take whatever follows."""

    def gather(self, parts: list[str], depth: int, found: set[int]) -> None:
        """Add to ``found`` the routes that a path may be meant for that has these parts from ``depth`` on."""
        found.update(self.going_on)
        if depth == len(parts):
            found.update(self.ending)
            return
        part = parts[depth]
        if (room := self.named.get(part)) is not None:
            room.gather(parts, depth + 1, found)
        if part and self.anyhow is not None:
            self.anyhow.gather(parts, depth + 1, found)


class Directory:
    """Stands before a router and lets it search only among the routes whose paths are like the request's.

    A router tries its routes one after the other, hundreds of them, which takes longer than most of what else a request
    does in the event loop. Which route answers, and what is answered where none does, stays the router's decision, and
    so does the order in which it tries them. Routes that are added later are found too.
    """

    def __init__(self, router: APIRouter) -> None:
        """Stand before ``router``."""
        self._router = router
        self._known = 0
        self._root = _Room()
        self._shelves: dict[tuple[int, ...], APIRouter] = {}

    def install(self) -> None:
        """Take the requests of the router from now on."""
        self._router.middleware_stack = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the routes that may be meant be searched; all routes where the application lies below another's path."""
        router = self._router
        if scope["type"] == "http" and not scope.get("root_path"):
            scope.setdefault("router", router)
            router = self._shelf(scope["path"])
        await router.app(scope, receive, send)

    def _shelf(self, path: str) -> APIRouter:
        """Return a router of those routes alone; with them the ones it would redirect to for the sake of a slash."""
        if self._known != len(self._router.routes):
            self._learn()
        found: set[int] = set()
        for meant in (path, path.removesuffix("/") if path.endswith("/") else f"{path}/"):
            self._root.gather(meant.split("/"), 0, found)
        places = tuple(sorted(found))
        shelf = self._shelves.get(places)
        if shelf is None:
            shelf = self._shelves[places] = copy(self._router)
            shelf.routes = [self._router.routes[place] for place in places]
        return shelf

    def _learn(self) -> None:
        self._root, self._shelves, self._known = _Room(), {}, len(self._router.routes)
        for place, route in enumerate(self._router.routes):
            room, goes_on = self._room_of(route)
            (room.going_on if goes_on else room.ending).append(place)

    def _room_of(self, route: BaseRoute) -> tuple[_Room, bool]:
        """Return where a route belongs, and whether it takes whatever follows there."""
        if not isinstance(route, Route | Mount):
            return self._root, True
        room = self._root
        for part in route.path.split("/"):
            if ":path}" in part:
                return room, True
            if "{" not in part:
                room = room.named.setdefault(part, _Room())
                continue
            room.anyhow = room.anyhow or _Room()
            room = room.anyhow
        return room, isinstance(route, Mount)
