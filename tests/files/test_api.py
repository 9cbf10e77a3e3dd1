from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from b2b_market.files.api import disposition
from b2b_market.files.commands import Upload
from b2b_market.files.states import FileKind
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from tests.files.samples import PDF, SAMPLES, XLSX_TYPE, xlsx
from tests.support.people import make_company, make_person, sign_in, sign_out

API = "/api/v1/files"


@pytest.fixture
def runtime(runtime: Runtime, tmp_path: Path) -> Runtime:
    """The usual means, with a store of this test's own."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"data_dir": tmp_path}))


@pytest.fixture
def buyer(client: TestClient, runtime: Runtime) -> TestClient:
    return sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER))


def upload(client: TestClient, sample: Upload = SAMPLES[FileKind.PDF]) -> Any:
    return client.post(API, files={"file": (sample.name, sample.content, sample.declared_type)})


def stored(runtime: Runtime) -> list[Path]:
    return [path for path in runtime.settings.data_dir.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", [FileKind.PDF, FileKind.XLSX, FileKind.CSV, FileKind.STEP])
def test_a_file_goes_up_and_comes_down_unchanged(buyer: TestClient, kind: FileKind) -> None:
    sample = SAMPLES[kind]
    up = upload(buyer, sample)
    assert up.status_code == 201
    view = up.json()
    assert up.headers["Location"] == f"{API}/{view['id']}"
    assert (view["name"], view["kind"], view["size"]) == (sample.name, kind.value, len(sample.content))
    assert view["status"] == "available"
    assert "storage_key" not in view
    assert buyer.get(f"{API}/{view['id']}").json() == view
    down = buyer.get(f"{API}/{view['id']}/content")
    assert down.status_code == 200
    assert down.content == sample.content


def test_a_file_sent_twice_with_one_key_is_stored_once(buyer: TestClient) -> None:
    first, again, other = (
        buyer.post(
            API,
            files={"file": (sample.name, sample.content, sample.declared_type)},
            headers={"Idempotency-Key": "a-key-of-mine"},
        )
        for sample in (SAMPLES[FileKind.PDF], SAMPLES[FileKind.PDF], SAMPLES[FileKind.PNG])
    )
    assert (first.status_code, "idempotent-replay" in first.headers) == (201, False)
    assert (again.status_code, again.json(), again.headers["idempotent-replay"]) == (201, first.json(), "true")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_download_cannot_act_in_a_browser(buyer: TestClient) -> None:
    view = upload(buyer).json()
    headers = buyer.get(f"{API}/{view['id']}/content").headers
    assert headers["Content-Disposition"].startswith('attachment; filename="Vertrag _.pdf"')
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Length"] == str(len(PDF))
    assert headers["ETag"] == f'"{view["sha256"]}"'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ('a"; x="b.pdf', "attachment; filename=\"a__ x__b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf"),
        ("图纸.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%9B%BE%E7%BA%B8.pdf"),
    ],
)
def test_names_cannot_add_header_parameters(name: str, value: str) -> None:
    assert disposition(name) == value


@pytest.mark.parametrize(
    ("sample", "status", "code"),
    [
        (Upload("run.exe", "application/pdf", PDF), 415, "file-type-refused"),
        (Upload("a.pdf", "text/html", PDF), 415, "file-type-mismatch"),
        (Upload("a.pdf", "application/pdf", b"MZ\x90\x00"), 415, "file-type-mismatch"),
        (Upload("a.txt", "text/plain", b"<script>"), 422, "file-unsafe"),
        (Upload("a.txt", "text/plain", b"x" * 5_000_001), 413, "file-too-large"),
        (Upload("a.xlsx", XLSX_TYPE, xlsx("xl/vbaProject.bin")), 422, "file-unsafe"),
        (Upload("a.xlsx", XLSX_TYPE, xlsx("../evil.xml")), 422, "archive-unsafe"),
        (Upload("x" * 300 + ".pdf", "application/pdf", PDF), 422, "file-name-refused"),
    ],
)
def test_hostile_files_are_refused_with_a_reason_and_not_stored(
    buyer: TestClient, runtime: Runtime, sample: Upload, status: int, code: str
) -> None:
    answer = upload(buyer, sample)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stored(runtime) == []


def test_a_request_without_a_file_is_refused(buyer: TestClient) -> None:
    assert buyer.post(API, data={"file": "text"}).status_code == 422
    assert buyer.post(API, json={}).status_code == 422


def test_a_strangers_file_looks_like_none(buyer: TestClient, runtime: Runtime) -> None:
    view = upload(buyer).json()
    other = sign_in(buyer, make_person(runtime, make_company(runtime, "Other"), Role.BUYER_ADMIN))
    for path in (f"{API}/{view['id']}", f"{API}/{view['id']}/content", f"{API}/{uuid4()}"):
        answer = other.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert other.get(f"{API}/nonsense").status_code == 422


def test_nobody_signed_in_stores_and_reads_nothing(buyer: TestClient, runtime: Runtime) -> None:
    view = upload(buyer).json()
    stranger = sign_out(buyer)
    assert upload(stranger).status_code == 401
    assert stranger.get(f"{API}/{view['id']}/content").status_code == 401
    assert len(stored(runtime)) == 1


def test_roles_without_the_permission_store_nothing(client: TestClient, runtime: Runtime) -> None:
    evaluator = sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_EVALUATOR))
    answer = upload(evaluator)
    assert (answer.status_code, answer.json()["facts"]) == (403, {"permission": "file:upload"})
    assert stored(runtime) == []


def test_a_file_in_quarantine_is_not_served(buyer: TestClient, runtime: Runtime) -> None:
    edge = buyer.app.state.edge  # type: ignore[attr-defined]  # the TestClient's app is a FastAPI
    edge.runtime = replace(runtime, settings=runtime.settings.model_copy(update={"clamd_address": "127.0.0.1:1"}))
    view = upload(buyer).json()
    assert view["status"] == "quarantined"
    answer = buyer.get(f"{API}/{view['id']}/content")
    assert (answer.status_code, answer.json()["code"]) == (409, "file-in-quarantine")


def test_lost_bytes_answer_503_with_a_problem(buyer: TestClient, runtime: Runtime) -> None:
    view = upload(buyer).json()
    for path in stored(runtime):
        path.unlink()
    answer = buyer.get(f"{API}/{view['id']}/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "30"
