"""Both kinds of store keep the same promises; the S3 one speaks to a small server of the test's own."""

import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.settings import Settings
from b2b_market.infra.storage import BlobMissing, BlobStore

NAME = "ab/abcd/0192"


class FakeS3(BaseHTTPRequestHandler):
    """The few S3 calls the store makes, on a dictionary. Answers 500 to everything once ``broken``."""

    objects: dict[str, tuple[bytes, datetime]]
    broken = False
    seen: list[str]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(500 if self.broken else status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).partition("/bucket/")[2]

    def do_PUT(self) -> None:
        self.seen.append(self.headers.get("Authorization", "")[:16])
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("If-None-Match") == "*" and self.key in self.objects:
            self._answer(412)
            return
        if not self.broken:
            self.objects[self.key] = (content, datetime.now(UTC))
        self._answer(200, ETag='"1"')

    def do_GET(self) -> None:
        if "list-type" in parse_qs(urlsplit(self.path).query):
            self._list()
            return
        if self.key not in self.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        content, moment = self.objects[self.key]
        stamp = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        self._answer(200, content, ETag='"1"', Last_Modified=stamp)

    def _list(self) -> None:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{moment:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f'<ETag>"1"</ETag><Size>{len(content)}</Size></Contents>'
            for key, (content, moment) in sorted(self.objects.items())
        )
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"
        self._answer(200, body.encode(), Content_Type="application/xml")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall("<Key>(.*?)</Key>", body)
        for key in keys if not self.broken else ():
            self.objects.pop(key, None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode(), Content_Type="application/xml")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[FakeS3]]]:
    handler = type("Handler", (FakeS3,), {"objects": {}, "seen": []})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    yield f"s3://bucket/files?region=eu-central-1&endpoint={endpoint}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def settings(data_dir: Path, storage_url: str | None = None) -> Settings:
    return Settings.model_validate(
        {"database_url": "x", "redis_url": "x", "data_dir": data_dir, "storage_url": storage_url}
    )


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "folder":
        return BlobStore.open(settings(tmp_path))
    address, _ = request.getfixturevalue("s3")
    return BlobStore.open(settings(tmp_path, address))


def test_what_is_put_is_got(store: BlobStore) -> None:
    content = bytes(range(256)) * 4096
    store.put(NAME, content)
    assert store.get(NAME) == content
    assert b"".join(store.stream(NAME)) == content


def test_a_name_is_used_once(store: BlobStore) -> None:
    store.put(NAME, b"first")
    with pytest.raises(ValueError, match="exists already"):
        store.put(NAME, b"second")
    assert store.get(NAME) == b"first"


def test_a_missing_blob_says_so_at_once(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.stream("no/such/blob")
    with pytest.raises(BlobMissing):
        store.get("no/such/blob")


def test_deleting_is_idempotent(store: BlobStore) -> None:
    store.put(NAME, b"x")
    store.delete([NAME, "no/such/blob"])
    store.delete([NAME])
    with pytest.raises(BlobMissing):
        store.get(NAME)


def test_blobs_are_listed_by_age(store: BlobStore) -> None:
    store.put(NAME, b"x")
    store.put("cd/cdef/0193", b"y")
    now = datetime.now(UTC)
    assert [name for part in store.older_than(now + timedelta(minutes=1)) for name in part] == [NAME, "cd/cdef/0193"]
    assert list(store.older_than(now - timedelta(minutes=1))) == []


def test_names_cannot_leave_the_store(store: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.\."):
        store.put("../outside", b"x")
    assert not (tmp_path / "outside").exists()


def test_a_folder_store_is_private_and_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{handle}").readlink()) if Path("/proc/self/fd").exists() else "")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store = BlobStore.open(settings(tmp_path))
    store.put(NAME, b"x")
    folder = tmp_path / "files"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / NAME).read_bytes() == b"x"
    assert len(flushed) == 4
    if flushed[0]:
        assert flushed == [str(folder / NAME), str(folder / "ab/abcd"), str(folder / "ab"), str(folder)]


def test_addresses_choose_the_store(tmp_path: Path) -> None:
    assert BlobStore.open(settings(tmp_path)).folder == tmp_path / "files"
    assert BlobStore.open(settings(tmp_path, f"file://{tmp_path}/else%20where")).folder == tmp_path / "else where"
    assert BlobStore.open(settings(tmp_path, "s3://bucket")).folder is None


@pytest.mark.parametrize("address", ["ftp://host/x", "s3://", "bucket", ""])
def test_other_addresses_are_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL"):
        BlobStore.open(settings(tmp_path, address))


def test_requests_are_signed(s3: tuple[str, type[FakeS3]], tmp_path: Path) -> None:
    address, server = s3
    BlobStore.open(settings(tmp_path, address)).put(NAME, b"x")
    assert server.seen == ["AWS4-HMAC-SHA256"]
    assert list(server.objects) == [f"files/{NAME}"]


def test_a_store_out_of_reach_is_a_refusal_not_a_crash(s3: tuple[str, type[FakeS3]], tmp_path: Path) -> None:
    address, server = s3
    store = BlobStore.open(settings(tmp_path, address))
    store.put(NAME, b"x")
    server.broken = True
    for call in (
        lambda: store.put("cd/1", b"y"),
        lambda: store.get(NAME),
        lambda: store.delete([NAME]),
        lambda: list(store.older_than(datetime.now(UTC))),
    ):
        with pytest.raises(Unavailable) as refused:
            call()
        assert refused.value.facts == {"retry_after": "30"}
    server.broken = False
    assert store.get(NAME) == b"x"
