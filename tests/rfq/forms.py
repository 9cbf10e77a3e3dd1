"""Reading pages as a browser does: the main part, the errors at fields, and forms with what they would send."""

import re
from typing import Any

import lxml.html
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.support.people import post_form

HTML = {"accept": "text/html"}


def page(client: TestClient, path: str, status: int = 200) -> str:
    """Return what stands in the main part of a page."""
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status, answer.text
    return main(answer)


def main(answer: Response) -> str:
    """Return the main part of an answer."""
    found = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert found is not None, answer.text
    return found[0]


def tree(html: str) -> Any:
    """Return the parsed page; what its paths find has too many types to be worth naming."""
    return lxml.html.fromstring(html)


def words(element: Any) -> str:
    """Return what a reader reads of an element: its text with blanks run together."""
    return " ".join(element.text_content().split())


def text_of(html: str) -> str:
    """Return what a reader reads of a page."""
    return words(tree(html))


def errors(html: str) -> dict[str, str]:
    """Return the errors that stand at fields, by field name."""
    found = tree(html).xpath("//p[@class='error'][starts-with(@id, 'e-')]")
    return {error.get("id")[2:]: error.text_content() for error in found}


def summary(html: str) -> list[str]:
    """Return the lines of the summary of what is wrong."""
    found = tree(html).xpath("//div[contains(@class, 'error-summary')]//li")
    return [words(line) for line in found]


def filled(html: str, form_id: str) -> dict[str, Any]:
    """Return what a form would send as it stands; fields that come several times as lists."""
    form = tree(html).get_element_by_id(form_id)
    for template in form.xpath(".//template"):
        template.getparent().remove(template)
    for area in form.xpath(".//textarea"):
        area.text = (area.text or "").removeprefix("\n")  # a parser of HTML drops this line end
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in sent:
            sent[name] = [*(sent[name] if isinstance(sent[name], list) else [sent[name]]), value]
        else:
            sent[name] = value
    for radio in form.xpath(".//input[@type='radio'][@checked][@value='']"):
        sent[radio.name] = ""  # lxml says "on"
    sent.pop("csrf_token", None)
    return sent


def send(client: TestClient, url: str, data: dict[str, Any], **headers: str) -> Response:
    """Post a form from one of our own pages."""
    return post_form(client, url, data, **headers)


def followed(client: TestClient, answer: Response) -> str:
    """Follow the redirect after a form and return the main part of the page it leads to."""
    assert answer.status_code == 303, answer.text
    return page(client, answer.headers["location"])
