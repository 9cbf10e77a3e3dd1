"""Following a tutorial: its calls, commands and pages, block by block, as its reader would.

A page of ``docs/tutorial`` has fenced blocks that are the same in every language. ``http`` is a call (method and path,
then ``As:``, ``If-Match:``, ``Idempotency-Key:``, ``File:``, then a JSON body); the ``text`` block after it is the
answer: the status, then ``path is value``, ``path becomes value`` (the clock is moved until it does), ``{name} is
path``, and ``file keeps path``. ``console`` holds commands after ``$``, each with the lines that it prints; ``…`` is
anything, and a line that is ``{name}`` alone is kept. ``json FILE`` is a file to write. Between them a line
``**Page** `path` (who): “…”`` quotes what is on a page.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from typer.testing import CliRunner

from b2b_market.entrypoints.cli import app

PEOPLE: Final = re.compile(r"^\| (\w+) \| `(\S+@\S+)` \|", re.MULTILINE)
FENCE: Final = re.compile(r"```(http|text|console|json)(?: (\S+))?\n(.*?)```\n", re.DOTALL)
PAGE: Final = re.compile(r"^\*\*(?:Page|页面)\*\* `([^`]+)` ?[（(](\w+)[)）][:：] ?(.*)$", re.MULTILINE)
QUOTED: Final = re.compile(r"“([^”]+)”")
LATER: Final = re.compile(r"\{in (\d+) (minutes|days)\}")
NAMED: Final = re.compile(r"\{([\w.-]+)\}")
PATIENCE: Final = 60
"""How many minutes the clock is moved at most, for one answer."""


@dataclass(frozen=True)
class Block:
    """Something to do: a call with its answer, commands, a file, or a page to look at."""

    kind: str
    name: str
    text: str

    @property
    def common(self) -> tuple[str, ...]:
        """What is the same in every language: all of a block, of a page its address and reader."""
        return (self.kind, self.name) if self.kind == "page" else (self.kind, self.name, self.text)


def blocks(page: str) -> list[Block]:
    """Return what a tutorial lets its reader do, in order."""
    found = [(one.start(), Block(one[1], one[2] or "", one[3])) for one in FENCE.finditer(page)]
    found += [(one.start(), Block("page", f"{one[1]} {one[2]}", one[3])) for one in PAGE.finditer(page)]
    return [block for _, block in sorted(found, key=lambda pair: pair[0])]


@dataclass
class Reader:
    """Somebody who follows a tutorial in an empty folder; ``tick`` lets a minute pass, ``speak`` sets a language."""

    url: str
    folder: Path
    people: Mapping[str, str]
    password: str
    now: Callable[[], datetime]
    tick: Callable[[], None]
    speak: Callable[[str, str], None]
    known: dict[str, str] = field(default_factory=dict)
    clients: dict[str, httpx2.Client] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    answered: Callable[[], httpx2.Response] | None = None

    def follow(self, block: Block) -> None:
        """Do what a block says, and hold what comes back against it."""
        {"http": self._call, "text": self._answer, "console": self._commands, "json": self._write}[block.kind](block)

    def open(self, block: Block, language: str) -> None:
        """Look at a page in a language, for what the tutorial quotes of it."""
        path, who = block.name.split(" ")
        self.speak(self.people[who], language)
        page = self.signed_in(who).get(self._filled(path), headers={"Accept": "text/html"})
        assert page.status_code == 200, (block.name, page.text[:500])
        assert f'<html lang="{language}"' in page.text, (block.name, language)
        shown = re.sub(r"\s+", " ", page.text.replace("&amp;", "&"))
        missing = [words for words in QUOTED.findall(block.text) if words not in shown]
        assert missing == [], (block.name, language, missing)

    def signed_in(self, who: str) -> httpx2.Client:
        """Return the session of one of the people."""
        if who not in self.clients:
            client = httpx2.Client(base_url=self.url, timeout=240, trust_env=False)
            body = {"email": self.people[who], "password": self.password}
            assert client.post("/api/v1/sessions", json=body).status_code == 201
            self.clients[who] = client
        return self.clients[who]

    def close(self) -> None:
        """End what was begun."""
        for client in self.clients.values():
            client.close()

    def _call(self, block: Block) -> None:
        head, _, body = block.text.partition("\n\n")
        first, *rest = head.strip().split("\n")
        method, path = self._filled(first).split(" ")
        named = dict(line.split(": ", 1) for line in rest)
        client, file = self.signed_in(named.pop("As")), named.pop("File", None)
        headers = {name: self._filled(value) for name, value in named.items()}
        more: dict[str, Any] = {"headers": headers}
        if file:
            more["files"] = {"file": (file, (self.folder / file).read_bytes())}
        elif body.strip():
            more["json"] = json.loads(self._filled(body))
        sent = client.request(method, path, **more)
        again = [sent]
        self.answered = lambda: again.pop() if again else client.request(method, path, **more)

    def _answer(self, block: Block) -> None:
        assert self.answered is not None
        answer = self.answered()
        status, *lines = block.text.strip().split("\n")
        waits = next((line for line in lines if " becomes " in line), None)
        for _ in range(PATIENCE):
            if waits is None or _at(answer.json(), waits.split(" becomes ")[0]) == waits.split(" becomes ")[1]:
                break
            self.tick()
            answer = self.answered()
        assert answer.status_code == int(status), answer.text
        for line in lines:
            self._hold(line, answer)

    def _hold(self, line: str, answer: httpx2.Response) -> None:
        """Keep what an answer gives, or hold it against what the tutorial says."""
        if " keeps " in line:
            file, path = line.split(" keeps ")
            content = answer.content if path == "everything" else json.dumps(_at_raw(answer.json(), path)).encode()
            (self.folder / file).write_bytes(content)
            return
        left, right = re.split(r" is | becomes ", line, maxsplit=1)
        name = NAMED.fullmatch(left)
        if name is None:
            assert _at(answer.json(), left) == self._filled(right), (line, answer.text)
        else:
            self.known[name[1]] = _at(answer.json(), right)

    def _commands(self, block: Block) -> None:
        printed: list[str] = []
        for line in block.text.strip().split("\n"):
            if line.startswith("$ "):
                printed = self._run(self._filled(line[2:]))
                continue
            name = NAMED.fullmatch(line)
            if name is not None:
                self.known[name[1]] = printed[-1]
                continue
            wanted = ".*".join(map(re.escape, line.split("…")))
            assert any(re.fullmatch(wanted, one) for one in printed), (line, printed)

    def _run(self, command: str) -> list[str]:
        program, *arguments = shlex.split(command)
        if program == "export":
            self.settings |= dict(one.split("=", 1) for one in arguments)
            return []
        assert program == "b2b-market"
        done = CliRunner(env=self.settings).invoke(app, arguments)
        assert done.exit_code == 0, (command, done.output)
        return done.output.strip().split("\n")

    def _write(self, block: Block) -> None:
        json.loads(block.text)
        (self.folder / block.name).write_text(block.text, encoding="utf-8")

    def _filled(self, text: str) -> str:
        """Return text with what stands in braces put in; a name that nothing has given yet is an error."""
        return NAMED.sub(lambda found: self._given(found[1]), LATER.sub(self._moment, text))

    def _given(self, name: str) -> str:
        if name == "new":
            return str(uuid4())
        if name.endswith(".json"):
            return (self.folder / name).read_text(encoding="utf-8")
        return {"password": self.password, "url": self.url}.get(name) or self.known[name]

    def _moment(self, found: re.Match[str]) -> str:
        amount = int(found[1])
        if found[2] == "minutes":
            return (self.now() + timedelta(minutes=amount)).isoformat()
        later = self.now() + timedelta(days=amount)
        return later.date().isoformat()


def _at_raw(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step) if isinstance(value, Sequence) else step]
    return value


def _at(value: Any, path: str) -> str:
    return str(_at_raw(value, path))
