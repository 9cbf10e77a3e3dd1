"""Clients of the application inside the tests' own process."""

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient


def client_of(app: FastAPI, portal: BlockingPortal | None) -> TestClient:
    """Return a client that shows answers as they are: no exception is raised through it, no redirect followed.

    It runs without the application's lifespan, which would close a runtime that outlives the client, and on the loop
    of ``portal``. Without one, a client starts a loop and its threads anew for each request: slower, but as many
    requests run at once as callers send, where one loop has forty threads for all.
    """
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    client.portal = portal
    return client
