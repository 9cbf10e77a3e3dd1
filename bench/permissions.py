"""A permission check: the first one of a person asks Casbin, every later one is a set lookup."""

import timeit
from uuid import uuid4

import casbin

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.infra.who import Who, WhoKind
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.matrix import permissions_of, policy_of
from b2b_market.rbac.policy import MODEL
from b2b_market.rfq.permissions import RfqPermission
from bench.results import BenchResult, cost_of
from bench.stage import Stage

LOOPS = 200_000


def run(_place: Stage) -> list[BenchResult]:
    """Measure a frozen check beside the 1 µs goal, and the first answer beside one plain Casbin decision."""
    manifests = load_manifests()
    policy = policy_of(manifests)
    roles = frozenset({Role.BUYER_PURCHASER.value})
    user, org = uuid4(), uuid4()
    actor = Actor(who=Who(WhoKind.PERSON, user, org), org_ids=(org,), permissions=policy.allowed(user, org, 1, roles))
    check = timeit.timeit(lambda: actor.may(RfqPermission.PUBLISH), number=LOOPS) / LOOPS * 1e6
    first = cost_of(lambda: policy.allowed(uuid4(), org, 1, roles), rounds=9)
    plain = _plain_decision(len(permissions_of(manifests)))
    return [
        BenchResult("permission check after the first", check, "µs", 1.0, "goal", "≤ 1"),
        BenchResult("all permissions of a person, asked once", first.cpu_ms, "ms", plain, "one Casbin decision"),
    ]


def _plain_decision(rules: int) -> float:
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    enforcer.add_policies([["role:x", f"thing{n}", "read", "allow"] for n in range(rules * 5)])
    enforcer.add_role_for_user_in_domain("user:1", "role:x", "org:1")
    return cost_of(lambda: enforcer.enforce("user:1", "org:1", "thing1", "read")).cpu_ms
