"""Compiled templates, kept beside their sources: a process that starts does not compile all of them again."""

import contextlib
import hashlib
import os
import sys
from pathlib import Path
from threading import get_ident
from typing import Final

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from b2b_market.ui import fmt, i18n
from b2b_market.ui.language import Language

_FOLDER: Final = "__pycache__"


class KeptTemplates(BytecodeCache):
    """Keeps what a template of one language compiles to where Python keeps that of a module, under the same conditions.

    Jinja uses it for the very same source and Python only; the name adds what else it depends on: Jinja itself and the
    filters, whose results for constants are compiled in. Where nothing can be written, each process compiles anew.
    """

    def __init__(self, language: Language) -> None:
        """Keep templates of ``language``."""
        parts = [jinja2.__version__.encode(), *(Path(str(one.__file__)).read_bytes() for one in (fmt, i18n))]
        self._tag = f"{language}.{sys.implementation.cache_tag}-{hashlib.sha256(b''.join(parts)).hexdigest()[:12]}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the address of the file for the template read from ``filename``."""
        source = Path(filename or name)
        return str(source.parent / _FOLDER / f"{source.name}.{self._tag}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what is kept, if anything is."""
        with contextlib.suppress(OSError), Path(bucket.key).open("rb") as kept:
            bucket.load_bytecode(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, whole or not at all: others may read and write the same at this moment."""
        if sys.dont_write_bytecode:
            return
        place = Path(bucket.key)
        draft = place.with_name(f"{place.name}.{os.getpid()}-{get_ident()}")
        with contextlib.suppress(OSError):
            place.parent.mkdir(exist_ok=True)
            draft.write_bytes(bucket.bytecode_to_string())
            draft.replace(place)
