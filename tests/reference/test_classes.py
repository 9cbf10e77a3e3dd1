"""Importing classifications, searching them, settling what a text means; the command and the pages."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from b2b_market.entrypoints.cli import app
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import anonymous
from b2b_market.reference import cli, public
from b2b_market.reference.intake import Wanted, read_classification
from b2b_market.reference.rules.classes import ClassEntry, Classification, require_sound
from b2b_market.reference.service.classes import Imported
from tests.support.people import make_company, make_person, sign_in, sign_out
from tests.support.works import work_for

STRANGER = anonymous()
FIRST = (
    ClassEntry("42000000-6", {"en": "Industrial machinery", "zh": "工业机械"}),
    ClassEntry("42122000-0", {"en": "Pumps", "zh": "泵"}),
    ClassEntry("42122100-1", {"en": "Pumps for liquids", "zh": "液体泵"}),
)


def imported(runtime: Runtime, *entries: ClassEntry, scheme: str = "CPV", edition: str = "2008") -> Imported:
    return cli.imported(runtime, require_sound(Classification(scheme, edition, entries)))


def looked_up(runtime: Runtime, *texts: str) -> dict[str, str | None]:
    with work_for(runtime, STRANGER) as work:
        found = public.look_up_classes(work, STRANGER, texts)
    return {text: None if one is None else one.text for text, one in found.items()}


def test_an_edition_replaces_the_one_before_and_retires_what_it_leaves_out(runtime: Runtime) -> None:
    done = imported(runtime, *FIRST)
    assert (done.codes, done.retired, done.unchanged) == (3, 0, False)
    assert imported(runtime, *FIRST).unchanged
    later = imported(runtime, *FIRST[:2], ClassEntry("42122200-2", {"en": "Other pumps"}), edition="2028")
    assert (later.codes, later.retired) == (3, 1)
    with work_for(runtime, STRANGER) as work:
        assert public.class_schemes(work, STRANGER) == (("CPV", "2028"),)
        found = public.look_up_classes(work, STRANGER, ["CPV:42122100-1"])["CPV:42122100-1"]
        assert found is not None
        assert found.retired
        assert [one.code for one in public.search_classes(work, STRANGER, "pumps", 10)] == ["42122000-0", "42122200-2"]
        work.act_for(Tenant(machine=True))
        wanted = select(AuditEvent).where(AuditEvent.action == "classification.imported")
        assert len(work.session.scalars(wanted).all()) == 2


def test_a_class_is_found_by_words_of_either_language(runtime: Runtime) -> None:
    imported(runtime, *FIRST)
    with work_for(runtime, STRANGER) as work:
        assert [one.text for one in public.search_classes(work, STRANGER, "液体", 10)] == ["CPV:42122100-1"]
        assert [one.text for one in public.search_classes(work, STRANGER, "LIQUIDS pumps", 10)] == ["CPV:42122100-1"]
        assert public.search_classes(work, STRANGER, "100%", 10) == []
        assert public.classes_above(work, STRANGER, {"CPV:42122100-1", "OWN:1"}) == {
            "CPV:42000000-6",
            "CPV:42122000-0",
            "CPV:42122100-1",
            "OWN:1",
        }
        assert public.class_titles(work, STRANGER, {"CPV:42122000-0"}, "zh-CN") == {"CPV:42122000-0": "泵"}


def test_a_text_is_settled_where_it_is_certain(runtime: Runtime) -> None:
    imported(runtime, *FIRST)
    imported(runtime, ClassEntry("42000000", {"en": "Something else"}), scheme="OWN")
    assert looked_up(runtime, "CPV:42122000", "42122000-0", "CPV:4", "42000000", "XYZ:4") == {
        "CPV:42122000": "CPV:42122000-0",
        "42122000-0": "CPV:42122000-0",
        "CPV:4": None,
    }


def test_the_api_and_the_pages_search(runtime: Runtime, client: TestClient) -> None:
    person = make_person(runtime, make_company(runtime, "Hengli", ("buyer",)), Role.BUYER_PURCHASER, locale="zh-CN")
    sign_in(client, person)
    assert "尚未导入" in client.get("/reference/classes").text
    imported(runtime, *FIRST)
    page = client.get("/reference/classes?q=pumps").text
    assert "CPV 2008" in page
    assert "泵" in page
    options = client.get("/reference/classes/options?q=liquids").text
    assert '<option value="CPV:42122100-1">液体泵</option>' in options
    sign_out(client)
    (found,) = client.get("/api/v1/reference/classifications?q=liquids").json()["items"]
    assert found["above"] == ["CPV:42000000-6", "CPV:42122000-0", "CPV:42122100-1"]
    (scheme,) = client.get("/api/v1/reference/classification-schemes").json()["items"]
    assert scheme == {"code": "CPV", "edition": "2008", "code_count": 3}
    assert client.get("/reference/classes").status_code == 401


def test_the_command_refuses_a_file_with_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "codes.json"
    wrong.write_text('{"42": ""}', encoding="utf-8")
    done = CliRunner().invoke(app, ["import-classification", str(wrong), "--scheme", "CPV", "--edition", "2008"])
    assert (done.exit_code, "42 has no title. Nothing was changed." in done.output) == (1, True)
    monkeypatch.setattr(cli, "MOST_BYTES", 3)
    assert CliRunner().invoke(app, ["import-classification", str(wrong)]).exit_code == 1


def test_the_command_imports(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b2b_market.reference.cli.Settings", lambda: runtime.settings)
    monkeypatch.setattr(Runtime, "open", lambda _settings: runtime)
    monkeypatch.setattr(runtime, "close", lambda: None)
    file = tmp_path / "codes.csv"
    file.write_text("code,title_en\n42,Pumps\n", encoding="utf-8")
    call = ["import-classification", str(file), "--scheme", "OWN", "--edition", "1"]
    assert "OWN 1: 1 codes imported, 0 retired." in CliRunner().invoke(app, call).output
    assert "OWN 1: nothing new in 1 codes." in CliRunner().invoke(app, call).output


def test_the_whole_cpv_is_imported(runtime: Runtime, real_data: Path) -> None:
    found = read_classification((real_data / "reference" / "cpv_en.json").read_bytes(), Wanted("CPV", "2008", "en"))
    assert len(found.entries) == 9458
    assert cli.imported(runtime, found).codes == 9458
    with work_for(runtime, STRANGER) as work:
        (pumps,) = public.look_up_classes(work, STRANGER, ["42122000"]).values()
        assert pumps is not None
        assert [public.read_class(one).code[:5] for one in pumps.above] == ["42000", "42100", "42120", "42122"]
