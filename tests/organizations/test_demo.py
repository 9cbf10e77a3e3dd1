"""The demo data: made through operations, complete, with right check digits, and the same after a second run."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select, table, text

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.identity.public import act_as
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.organizations.demo.cast import AUDITOR, COMPANIES, OPERATOR, SUPPLIERS
from b2b_market.organizations.demo.filling import SETTING, SIGN_INS, demo_password, found_companies
from b2b_market.organizations.rules import check_identifiers
from b2b_market.organizations.states import IdentifierScheme

TABLES = ("identity_user", "organization", "organization_identifier", "organization_directory", "rbac_grant")


def count(runtime: Runtime) -> dict[str, int]:
    with runtime.database.session() as session:
        session.execute(text("SELECT set_config('app.machine', 'on', true)"))
        found = {name: session.execute(select(func.count()).select_from(table(name))).scalar_one() for name in TABLES}
        session.rollback()
    return found


def test_every_number_has_right_check_digits() -> None:
    numbers = [number for company in COMPANIES for number in check_identifiers(company.profile.identifiers)]
    assert all(number.checked for number in numbers)
    assert {number.scheme for number in numbers} == set(IdentifierScheme) - {IdentifierScheme.OTHER}
    assert len({number.value for number in numbers}) == len(numbers)


def test_there_are_chinese_and_european_suppliers_of_three_currencies() -> None:
    assert 4 <= len(SUPPLIERS) <= 8
    assert {company.profile.country for company in SUPPLIERS} == {"CN", "DE", "IT", "PL"}
    assert {company.base_currency for company in SUPPLIERS} == {"CNY", "EUR", "PLN"}


def test_the_demo_is_complete_and_a_second_run_changes_nothing(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "demo words for the test")
    load_manifests()  # the demo knows the permissions of the modules that are loaded
    found_companies(runtime)
    made = count(runtime)
    assert made == {
        "identity_user": 20,
        "organization": 8,
        "organization_identifier": 9,
        "organization_directory": 7,
        "rbac_grant": 20,
    }
    purchaser = act_as(runtime, "purchaser@hengli.example")
    assert purchaser.org_name == "恒力重工集团有限公司"
    assert purchaser.roles == frozenset({"buyer.purchaser"})
    assert purchaser.limits["rfq:publish"] == Money.of("50000.0000", "CNY")
    assert act_as(runtime, "trainee@hengli.example").limits["award:propose"] == Money.of("0.0000", "CNY")
    assert "rfq:approve" in act_as(runtime, "approver@hengli.example").permissions
    assert "quote:submit" in act_as(runtime, "sales@slaskie.example").permissions
    assert act_as(runtime, OPERATOR.email).platform == "operator"
    assert act_as(runtime, AUDITOR.email).platform == "auditor"
    found_companies(runtime)
    assert count(runtime) == made


def test_the_sign_ins_are_written_down_for_their_owner_only(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "demo words for the test")
    found_companies(runtime)
    path = runtime.settings.data_dir / SIGN_INS
    assert path.stat().st_mode & 0o077 == 0
    told = json.loads(path.read_text("utf-8"))
    assert told["password"] == "demo words for the test"
    assert len(told["people"]) == 20
    assert told["people"][4] == {
        "email": "purchaser@hengli.example",
        "name": "Li Wei",
        "company": "Hengli Heavy Industry Group Co., Ltd.",
        "roles": ["buyer.purchaser"],
    }


def test_a_made_up_password_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    first = demo_password(tmp_path)
    assert first.startswith("demo-")
    assert demo_password(tmp_path) != first
    (tmp_path / SIGN_INS).write_text(json.dumps({"password": first}), "utf-8")
    assert demo_password(tmp_path) == first
