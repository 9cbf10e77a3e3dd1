"""Pieces of code quoted in hand-written pages: taken from the source each time, so that they cannot lie.

A page names what it quotes in a comment before the fence: ``<!-- code: b2b_market/rfq/events.py RfqPublished -->``.
Several names are quoted one after the other; the name of a function, a class or a variable at the top of the file.
"""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_QUOTED: Final = re.compile(r"(<!-- code: (\S+) ([\w ]+) -->\n)```python\n.*?```\n", re.DOTALL)


def with_code(text: str, root: Path = ROOT) -> str:
    """Return a page with every quoted piece as it stands in the source; LookupError for one that is not there."""
    return _QUOTED.sub(lambda found: found[1] + _fence(root / found[2], found[3].split()), text)


def _fence(path: Path, names: list[str]) -> str:
    source = path.read_text("utf-8")
    pieces = "\n\n".join(_piece(source, name, path) for name in names)
    return f"```python\n{pieces}\n```\n"


def _piece(source: str, name: str, path: Path) -> str:
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if name in _names(node):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            return "\n".join(lines[first - 1 : node.end_lineno])
    message = f"{path} has no {name} at its top"
    raise LookupError(message)


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
