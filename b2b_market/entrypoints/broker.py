"""Reaching the Celery broker: its address, and an application that can only send tasks by name."""

from functools import lru_cache
from typing import Final

from celery import Celery

from b2b_market.infra.settings import Settings

QUEUE: Final = "b2b_market"


def broker_url(settings: Settings) -> str:
    """Return Celery's broker: its own setting, else Redis."""
    return (settings.broker_url or settings.redis_url).get_secret_value()


@lru_cache(maxsize=1)
def sender(settings: Settings) -> Celery:
    """Return an application that can only send; it gives up after two seconds, because the schedule sweeps anyway."""
    app = Celery("b2b_market", broker=broker_url(settings))
    app.conf.update(
        task_default_queue=QUEUE, broker_connection_timeout=2, broker_transport_options={"socket_timeout": 2}
    )
    return app
