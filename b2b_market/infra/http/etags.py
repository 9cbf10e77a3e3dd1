"""Entity tags: the version of a resource, written ``"v3"``."""

import re

from b2b_market.infra.http.problems import MalformedRequest

_TAG = re.compile(r'^"v([1-9][0-9]{0,8})"$', re.ASCII)


def etag(version: int) -> str:
    """Return the strong entity tag of ``version``."""
    return f'"v{version}"'


def read_if_match(value: str | None) -> int | None:
    """Return the version that If-Match names, None where it is absent; MalformedRequest for anything else."""
    if value is None:
        return None
    found = _TAG.match(value.strip())
    if found is None:
        raise MalformedRequest(reason='If-Match must be an ETag of this resource such as "v3"')
    return int(found[1])
