"""Whether the database already has the newest schema, asked without loading the product's models."""

import re
from pathlib import Path

ASSIGNMENT = re.compile(r"""^(revision|down_revision)\b[^=\n]*=\s*["']([^"']+)["']""", re.MULTILINE)


def newest_revision(scripts: Path) -> str | None:
    """Return the one revision below ``scripts`` that no other follows, or None where that is not clear."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (scripts / "versions").glob("*.py"):
        for name, value in ASSIGNMENT.findall(path.read_text(encoding="utf-8")):
            found[name].add(value)
    heads = found["revision"] - found["down_revision"]
    return heads.pop() if len(heads) == 1 else None
