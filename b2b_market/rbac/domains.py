"""The company as the policy sees it: whether it may trade, what it is called, and the version of its roles."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.models import RbacDomain


def open_domain(
    work: Work, org_id: UUID, name: str, timezone: str, *, platform: str = "", active: bool = False
) -> None:
    """Make a company known to the policy; until it is active, its people deal with its registration only."""
    row = RbacDomain(org_id=org_id, name=name, timezone=timezone, platform=platform, policy_version=1, active=active)
    work.session.add(row)
    work.session.flush()


def set_active(work: Work, org_id: UUID, *, active: bool) -> None:
    """Let a company trade, or stop it; holds from the next request of every worker."""
    domain = lock_domain(work.session, org_id)
    domain.active = active
    domain.policy_version += 1
    work.session.flush()


def label(work: Work, org_id: UUID, name: str, timezone: str) -> None:
    """Change what the shell shows of a company: its name and the zone of its clock."""
    domain = lock_domain(work.session, org_id)
    domain.name, domain.timezone = name, timezone
    work.session.flush()


def lock_domain(session: Session, org_id: UUID) -> RbacDomain:
    """Return the company's policy row, locked until the transaction ends; NotFound where there is none."""
    found = session.scalar(select(RbacDomain).where(RbacDomain.org_id == org_id).with_for_update())
    if found is None:
        raise NotFound(org_id=str(org_id))
    return found


def platform_domain(session: Session) -> UUID | None:
    """Return the company that runs the installation, None before there is one."""
    return session.scalar(select(RbacDomain.org_id).where(RbacDomain.platform == "operator").limit(1))
