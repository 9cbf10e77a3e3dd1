"""Looking at procedures, and composing a company's own from a built-in profile."""

from collections.abc import Sequence
from dataclasses import dataclass

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.procedures import (
    ComposeProcedure,
    ReadProcedure,
    RetireProcedure,
    ReviseProcedure,
)
from b2b_market.tendering.models.procedures import TenderProcedure
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import procedures as queries
from b2b_market.tendering.rules import procedures as rules
from b2b_market.tendering.states.procedures import PROCEDURE_LIFECYCLE


@dataclass(frozen=True, slots=True)
class Procedures:
    """What a company may choose from: the built-in profiles, and its own."""

    profiles: Sequence[rules.Profile]
    own: Sequence[TenderProcedure]


@operation(TenderPermission.PROCEDURE_READ)
def list_procedures(work: Work, scope: Scope, _command: None) -> Procedures:
    """Return the built-in profiles with the sources of their values, and the company's own procedures."""
    return Procedures(tuple(rules.profiles().values()), queries.own_procedures(work.session, scope))


@operation(TenderPermission.PROCEDURE_READ)
def read_procedure(work: Work, scope: Scope, command: ReadProcedure) -> TenderProcedure:
    """Return one of the company's own procedures."""
    return queries.own_procedure(work.session, scope, command.procedure_id)


@operation(TenderPermission.PROCEDURE_COMPOSE)
def compose_procedure(work: Work, scope: Scope, command: ComposeProcedure) -> TenderProcedure:
    """Keep a procedure of the company's own; its values fit the schema and the limits of the profile it is made from.

    Raise UnknownProcedure for an unknown profile, Invalid naming every value that is refused.
    """
    base = rules.profile(command.base)
    rules.require_sound(command.name, command.values, base)
    _require_free(work, scope, command.name, None)
    made = TenderProcedure(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        org_id=scope.org_id,
        name=command.name.strip(),
        base=base.code,
        base_edition=base.edition,
        edition=1,
        status=PROCEDURE_LIFECYCLE.initial,
        content=dict(command.values),
        editor_id=scope.user_id,
    )
    work.record("tender_procedure.composed", made)
    work.session.add(made)
    work.session.flush()
    return made


@operation(TenderPermission.PROCEDURE_COMPOSE)
def revise_procedure(work: Work, scope: Scope, command: ReviseProcedure) -> TenderProcedure:
    """Keep the next edition of an own procedure, held against the profile as it stands; tenders keep theirs."""
    found = queries.own_procedure(work.session, scope, command.procedure_id, lock=True)
    work.expect_version(found, command.expected_version)
    PROCEDURE_LIFECYCLE.advance(found, "revise")
    base = rules.profile(found.base)
    rules.require_sound(command.name, command.values, base)
    _require_free(work, scope, command.name, found)
    found.name, found.content = command.name.strip(), dict(command.values)
    found.base_edition, found.edition = base.edition, found.edition + 1
    found.editor_id = scope.user_id
    work.touch(found)
    work.record("tender_procedure.revised", found)
    work.session.flush()
    return found


@operation(TenderPermission.PROCEDURE_COMPOSE)
def retire_procedure(work: Work, scope: Scope, command: RetireProcedure) -> TenderProcedure:
    """Let no new tender follow an own procedure; those that follow it go on."""
    found = queries.own_procedure(work.session, scope, command.procedure_id, lock=True)
    work.expect_version(found, command.expected_version)
    PROCEDURE_LIFECYCLE.advance(found, "retire")
    work.touch(found)
    work.record("tender_procedure.retired", found)
    work.session.flush()
    return found


def _require_free(work: Work, scope: Scope, name: str, itself: TenderProcedure | None) -> None:
    others = [one for one in queries.own_procedures(work.session, scope) if one is not itself]
    if name.strip() in {one.name for one in others}:
        raise Invalid(errors=[FieldError("/name", "taken", N_("Your company has a procedure of this name."))])
