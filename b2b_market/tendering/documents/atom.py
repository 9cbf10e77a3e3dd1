"""Atom feeds (RFC 4287) in pages (RFC 5005), written with the standard library: every text is escaped by its writer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write, not even escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of a feed; ``classes`` are its categories, each as one text."""

    id: str
    title: str
    href: str
    published_at: datetime
    changed_at: datetime
    author: str
    summary: str
    classes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of a feed. ``links`` by relation: self, alternate, and first and next where there are other pages."""

    id: str
    title: str
    language: str
    changed_at: datetime
    author: str
    links: Mapping[str, str]
    items: Sequence[Item] = field(default=())


def write_atom(feed: Feed) -> bytes:
    """Return the page as UTF-8; equal pages give equal bytes."""
    root = Element("feed", {"xmlns": NAMESPACE, _LANGUAGE: feed.language})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.changed_at))
    _text(SubElement(root, "author"), "name", feed.author)
    for relation, href in feed.links.items():
        kind = "text/html" if relation == "alternate" else "application/atom+xml"
        SubElement(root, "link", {"rel": relation, "type": kind, "href": _clean(href)})
    for item in feed.items:
        _entry(root, item)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _entry(root: Element, item: Item) -> None:
    entry = SubElement(root, "entry")
    _text(entry, "id", item.id)
    _text(entry, "title", item.title)
    _text(entry, "updated", _moment(item.changed_at))
    _text(entry, "published", _moment(item.published_at))
    _text(SubElement(entry, "author"), "name", item.author)
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": _clean(item.href)})
    for one in item.classes:
        SubElement(entry, "category", {"term": _clean(one)})
    _text(entry, "summary", item.summary)


def _text(above: Element, name: str, text: str) -> None:
    SubElement(above, name).text = _clean(text)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
