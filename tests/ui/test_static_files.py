import gzip
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from b2b_market.ui.static_files import StaticFiles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "js").mkdir(parents=True)
    (root / "app.css").write_text("a{color:red}" * 50)
    (root / "js" / "app.js").write_text("1")
    (root / ".hidden.js").write_text("secret")
    (root / "notes.py").write_text("secret")
    (tmp_path / "outside.css").write_text("secret")
    (root / "link.css").symlink_to(tmp_path / "outside.css")
    return root


def ask(files: StaticFiles, path: str, method: str = "GET", encoding: str = "") -> tuple[int, dict[str, str], bytes]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(b"accept-encoding", encoding.encode())],
    }
    with pytest.raises(StopIteration):  # it awaits nothing that would need an event loop
        files(scope, receive, send).send(None)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


def test_a_file_is_served_for_ever_under_the_hash_of_the_tree(folder: Path) -> None:
    files = StaticFiles(folder)
    url = files.url("app.css")
    assert url == f"/static/{files.version}/app.css"
    status, headers, body = ask(files, url)
    assert (status, body) == (200, b"a{color:red}" * 50)
    assert headers["content-type"] == "text/css; charset=utf-8"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["vary"] == "accept-encoding"
    assert headers["content-length"] == str(len(body))


def test_gzip_is_sent_to_those_who_take_it(folder: Path) -> None:
    files = StaticFiles(folder)
    for header in ("gzip", "br, gzip;q=0.5", "*", "GZIP"):
        _, headers, body = ask(files, files.url("app.css"), encoding=header)
        assert headers["content-encoding"] == "gzip"
        assert gzip.decompress(body) == b"a{color:red}" * 50
    for header in ("", "br", "gzip;q=0", "gzip; q=0.000", "identity"):
        assert "content-encoding" not in ask(files, files.url("app.css"), encoding=header)[1]


def test_a_file_that_does_not_shrink_goes_out_plain(folder: Path) -> None:
    files = StaticFiles(folder)
    assert "content-encoding" not in ask(files, files.url("js/app.js"), encoding="gzip")[1]


def test_head_has_no_body_and_other_methods_are_refused(folder: Path) -> None:
    files = StaticFiles(folder)
    status, headers, body = ask(files, files.url("app.css"), "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", "600")
    assert ask(files, files.url("app.css"), "POST")[:1] == (405,)


@pytest.mark.parametrize(
    "path",
    [
        "app.css",
        "../outside.css",
        "js/../app.css",
        "link.css",
        ".hidden.js",
        "notes.py",
        "",
        "js",
        "js/",
        "//etc/passwd",
        "app.css\x00",
    ],
)
def test_nothing_but_exact_names_is_served(folder: Path, path: str) -> None:
    files = StaticFiles(folder)
    prefix = f"/static/{files.version}/"
    expected = 200 if path == "app.css" else 404
    assert ask(files, prefix + path)[0] == expected
    assert ask(files, f"/static/{path}")[0] == 404
    assert ask(files, f"/static/0000000000000000/{path}")[0] == 404


def test_any_change_moves_every_address(folder: Path) -> None:
    before = StaticFiles(folder)
    (folder / "js" / "app.js").write_text("2")
    after = StaticFiles(folder)
    assert before.url("app.css") != after.url("app.css")
    assert "js/app.js" in after
    assert "js/none.js" not in after
    with pytest.raises(KeyError):
        after.url("js/none.js")
