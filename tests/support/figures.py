"""Looking for a figure in a text without taking a part of a timestamp, an id or a longer number for it."""

import re


def shows(text: str, word: str) -> bool:
    """Return whether ``word`` stands in ``text`` by itself: "CNY 5.55" shows "5.55", "23:05.553" and "15.55" do not."""
    return re.search(rf"(?<![\w.,-]){re.escape(word)}(?!\w|[.,-]\w)", text) is not None
