"""Every route of an application, how to reach it in the world, and the smallest body that it accepts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.support.calling import API

_EXAMPLES = {
    "uuid": "01a201d2-a79d-7711-8b83-e155107d088a",
    "date": "2098-01-31",
    "date-time": "2098-01-31T12:00:00Z",
    "email": "somebody@example.com",
    "binary": "needs",
    "password": "nobody ever chose this one",
}
_NAMED = MappingProxyType({"timezone": "Asia/Shanghai"})
_PATTERNED = {
    "^[0-9a-fA-F]{64}$": "0" * 64,
    r"^\d{1,14}(\.\d{1,6})?$": "12.5",
    "^[0-9a-f]{64}$": "0" * 64,
    "^[A-Z]{3}$": "CNY",
    r"^\d{1,12}(\.\d{1,12})?$": "7.8",
    "^([A-Z]{3})?$": "",
    "^([A-Z]{2})?$": "",
    "^[A-Z0-9]{1,3}$": "H87",
    "^[A-Z]{2}$": "CN",
    "^(buyer|supplier)$": "buyer",
    r"^[a-z_\-]+:[a-z_\-]+$": "rfq:read",
}


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """One method of one path, as the application serves it."""

    method: str
    path: str
    name: str

    @property
    def is_api(self) -> bool:
        """Whether it belongs to the API."""
        return self.path.startswith(API)

    @property
    def params(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def label(self) -> str:
        """How tests name it."""
        return f"{self.method} {self.path}"

    def at(self, things: Mapping[str, str]) -> str:
        """Return its address for ``things`` by parameter name."""
        return self.path.format(**{name: things[name] for name in self.params})


def routes_of(app: FastAPI) -> list[Route]:
    """Return every route with its method, included routers looked into, mounted files left out."""
    found = [
        Route(method, context.path_format, context.name or "")
        for context in iter_route_contexts(app.routes)
        if context.methods and context.path_format
        for method in sorted(context.methods - {"HEAD", "OPTIONS"})
    ]
    return sorted(found)


class Bodies:
    """Makes the smallest valid JSON body of an operation, from the OpenAPI document alone."""

    def __init__(self, document: Mapping[str, Any], words: Mapping[str, Any] = _NAMED) -> None:
        """Read ``document``; ``words`` are examples by the name of the field, for which no other would do."""
        self._document = document
        self._words = {**_NAMED, **words}

    def of(self, route: Route) -> tuple[str, Any] | None:
        """Return (media type, example) of the body that ``route`` asks for, None where it asks for none."""
        operation = self._document["paths"][route.path][route.method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        for kind, media in content.items():
            return kind, self.example(media["schema"])
        return None

    def query(self, route: Route) -> dict[str, Any]:
        """Return an example of each required query parameter."""
        operation = self._document["paths"][route.path][route.method.lower()]
        wanted = (one for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required"))
        return {one["name"]: self._named(one["name"], one["schema"]) for one in wanted}

    def _named(self, name: str, schema: Mapping[str, Any]) -> Any:
        return self._words[name] if name in self._words else self.example(schema)

    def example(self, schema: Mapping[str, Any]) -> Any:
        """Return a small value that fits ``schema``; LookupError where it does not know how."""
        if "$ref" in schema:
            return self.example(self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                return self.example(schema[name][0])
        if "enum" in schema:
            return schema["enum"][0]
        if "const" in schema:
            return schema["const"]
        return self._plain(schema)

    def _plain(self, schema: Mapping[str, Any]) -> Any:
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                wanted = schema.get("required", ())
                return {name: self._named(name, properties[name]) for name in wanted}
            case "array":
                return [self.example(schema["items"]) for _ in range(schema.get("minItems", 0))]
            case "string":
                return _text(schema)
            case "integer":
                return int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
            case "boolean":
                return False
            case "null":
                return None
            case _:
                return {}


def _text(schema: Mapping[str, Any]) -> str:
    if "format" in schema:
        return str(_EXAMPLES[schema["format"]])
    if "pattern" in schema:
        if schema["pattern"] not in _PATTERNED:
            message = f"give tests/support/routes.py an example of {schema['pattern']}"
            raise LookupError(message)
        return str(_PATTERNED[schema["pattern"]])
    return "x" * max(int(schema.get("minLength", 1)), 1)


def without_ids(body: str) -> str:
    """Return an answer without ids, trace ids and the time it was made, so that two answers can be compared."""
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", body)
    plain = re.sub(r"\b[0-9a-f]{32,64}\b", "TRACE", plain)
    return re.sub(r'data-now="[^"]*"', "", plain)


def is_uuid(value: str) -> bool:
    """Tell whether a thing is found by an id."""
    try:
        UUID(value)
    except ValueError:
        return False
    return True
