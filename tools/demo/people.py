"""Who takes part: the people of the demo data, and where their password is found."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from b2b_market.organizations.demo.cast import BUYER, SUPPLIERS, DemoCompany

SETTING: Final = "B2B_MARKET_DEMO_PASSWORD"
FILE: Final = "demo-sign-ins.json"


class NoSignIns(Exception):
    """Nobody to sign in as; the text says what to do."""


@dataclass(frozen=True)
class Person:
    """Somebody of the demo data."""

    email: str
    password: str
    name: str
    company: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Cast:
    """The people of both runs: four of the buyer, one of each of four suppliers, and an officer of a fifth company."""

    admin: Person
    purchaser: Person
    approver: Person
    sales: tuple[Person, ...]
    evaluator: Person
    outsider: Person

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Those of the main job, the buyer's first."""
        return (self.admin, self.purchaser, self.approver, *self.sales)


def find_cast(data: Path, environment: Mapping[str, str] = os.environ) -> Cast:
    """Return the cast: with the password of the environment, else as the server at ``data`` has written them down.

    Raise NoSignIns where there is neither.
    """
    given = environment.get(SETTING)
    if given:
        return _choose([_person(row, given) for row in _known()])
    told = _written_down(data)
    if told is None:
        message = (
            f"No demo sign-ins in {data}. Start the product with `make run` first; with another data folder say "
            f"DATA=…, against a server elsewhere set {SETTING} to the password of its demo people."
        )
        raise NoSignIns(message)
    return _choose([_person(row, told["password"]) for row in told["people"]])


def _written_down(data: Path) -> Mapping[str, Any] | None:
    for place in (data / "store" / FILE, data / FILE):
        try:
            found: Mapping[str, Any] = json.loads(place.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise NoSignIns(f"The demo sign-ins cannot be read: {error}. Run this as the server's account.") from error
        return found
    return None


def _choose(people: Sequence[Person]) -> Cast:
    """Choose by role and company. The purchaser is the last one named: a trainee who needs approval for everything."""
    own = [person for person in people if person.company == _name(BUYER)]
    sales = {person.company: person for person in people if "supplier.sales" in person.roles}
    chosen = [sales[name] for name in _four_suppliers() if name in sales]
    by_role = {role: person for person in own for role in person.roles}
    missing = [
        role for role in ("buyer.admin", "buyer.purchaser", "buyer.approver", "buyer.evaluator") if role not in by_role
    ]
    outsiders = [one for one in people if "supplier.admin" in one.roles and one.company not in _four_suppliers()]
    if missing or not outsiders or len(chosen) < len(_four_suppliers()):
        message = f"The demo data of this server lack people: {', '.join(missing) or 'sales of four suppliers'}."
        raise NoSignIns(message)
    return Cast(
        by_role["buyer.admin"],
        by_role["buyer.purchaser"],
        by_role["buyer.approver"],
        tuple(chosen),
        by_role["buyer.evaluator"],
        outsiders[-1],
    )


def _four_suppliers() -> list[str]:
    """Return the names of three suppliers of the buyer's currency and one of another."""
    alike = [company for company in SUPPLIERS if company.base_currency == BUYER.base_currency]
    others = [company for company in SUPPLIERS if company.base_currency != BUYER.base_currency]
    return [_name(company) for company in (*alike[:3], *others[:1])]


def _known() -> list[dict[str, Any]]:
    return [
        {"email": person.email, "name": person.name, "company": _name(company), "roles": roles}
        for company in (BUYER, *SUPPLIERS)
        for person, roles in _with_roles(company)
    ]


def _with_roles(company: DemoCompany) -> list[tuple[Any, list[str]]]:
    side = "buyer" if company.buyer else "supplier"
    rows: list[tuple[Any, list[str]]] = [(company.admin, [f"{side}.admin"])]
    return rows + [(person, [order.role for order in person.roles]) for person in company.others]


def _name(company: DemoCompany) -> str:
    return company.profile.legal_name_en


def _person(row: Mapping[str, Any], password: str) -> Person:
    return Person(str(row["email"]), password, str(row["name"]), str(row["company"]), tuple(row["roles"]))
