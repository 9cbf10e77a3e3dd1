"""Short visits: somebody signs in, looks at a page or sends a form, and leaves, so that others can come after."""

from collections.abc import Mapping

from fastapi.testclient import TestClient

from b2b_market.rbac.actor import Actor
from tests.support.people import post_form, sign_in, sign_out


def act(
    client: TestClient, person: Actor, path: str, data: Mapping[str, object], status: int = 303, **headers: str
) -> str:
    """Send a form as a person; return where it led, or the page."""
    sign_in(client, person)
    answer = post_form(client, path, data, **headers)
    sign_out(client)
    assert answer.status_code == status, answer.text
    return answer.headers.get("location", answer.text)


def page(client: TestClient, person: Actor, path: str) -> str:
    """Return a page as a person sees it."""
    sign_in(client, person)
    answer = client.get(path, headers={"Accept": "text/html"})
    sign_out(client)
    assert answer.status_code == 200, answer.text
    return answer.text
