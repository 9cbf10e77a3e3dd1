"""Running what runs after commit, explicitly."""

from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.entrypoints.relay import Relay
from b2b_market.infra.runtime import Runtime


def drain_outbox(runtime: Runtime) -> int:
    """Deliver every announced fact to its handlers; return how many were delivered."""
    return Relay(runtime, handlers_by_topic(load_manifests())).drain()
