"""What Prometheus is told beyond requests: how delivery and sealing stand, read from the database at scrape time."""

from collections.abc import Iterator
from typing import Final

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.veils import unveiled_in

log = structlog.get_logger("metrics")
FIGURES: Final = {
    "b2b_market_outbox_waiting": "Announced events that are not delivered and not given up",
    "b2b_market_outbox_oldest_waiting_seconds": "Age of the oldest of them, 0 where there is none",
    "b2b_market_outbox_dead": "Events that were given up and wait for a person",
    "b2b_market_audit_unsealed": "Entries of the audit trail that no checkpoint covers yet",
}
ANSWERS: Final = "b2b_market_figures_read"
_ANSWERS_MEANING: Final = "1 where the figures of delivery and sealing could be read, else 0"
# Every part reads what a partial index holds, or what follows the sealer's place in the trail. A place that the
# cluster's transaction ids have not reached comes from another cluster, and the whole trail counts, as for the sealer.
_READ: Final = text(
    f"""
    WITH sealer AS MATERIALIZED (
        SELECT cursor_xid AS xid, cursor_id AS id FROM audit_checkpoint
        WHERE cursor_xid < (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint
          AND size = (SELECT max(size) FROM audit_checkpoint)
    ), waiting AS (
        SELECT count(*) AS many, min(occurred_at) AS since FROM outbox WHERE done_at IS NULL AND dead_at IS NULL
          AND {unveiled_in("outbox")}
    )
    SELECT waiting.many, greatest(0, coalesce(extract(epoch FROM clock_timestamp() - waiting.since), 0)),
           (SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL),
           (SELECT count(*) FROM audit_event entry
            WHERE (entry.xid, entry.id) > (coalesce((SELECT xid FROM sealer), -1),
                                           coalesce((SELECT id FROM sealer), CAST(:nobody AS uuid)))
              AND NOT EXISTS (SELECT 1 FROM audit_leaf leaf WHERE leaf.event_id = entry.id))
    FROM waiting
    """  # noqa: S608 - names of tables, written here
)
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


class Figures(Collector):
    """Reads the figures by one query as the machine; where the database does not answer it says so instead."""

    def __init__(self, runtime: Runtime) -> None:
        """Read nothing before the first scrape."""
        self._runtime = runtime

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the figures without reading them, so that the registry needs no database."""
        for name, meaning in FIGURES.items():
            yield GaugeMetricFamily(name, meaning)
        yield GaugeMetricFamily(ANSWERS, _ANSWERS_MEANING)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures, and whether they could be read."""
        values = self._read()
        yield GaugeMetricFamily(ANSWERS, _ANSWERS_MEANING, value=int(bool(values)))
        for (name, meaning), value in zip(FIGURES.items(), values, strict=False):
            yield GaugeMetricFamily(name, meaning, value=value)

    def _read(self) -> tuple[float, ...]:
        try:
            with self._runtime.database.session() as session:
                set_tenant(session, Tenant(machine=True))
                row = session.execute(_READ, {"nobody": _NOBODY}).one()
        except SQLAlchemyError as error:
            log.warning("figures not read", error=type(error).__name__)
            return ()
        return tuple(float(value) for value in row)
