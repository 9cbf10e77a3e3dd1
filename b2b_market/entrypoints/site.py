"""What belongs to no module: health, metrics, the page of each problem code, the OpenAPI document."""

import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy import text

from b2b_market.infra.http.problems import BASE_REFUSALS, STATUS
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import NotFound, Refusal
from b2b_market.rbac.manifest import Manifest
from b2b_market.rbac.page_edge import PageCall, PageRoute


def refusals_of(base: type[Refusal] = Refusal) -> dict[str, type[Refusal]]:
    """Return every refusal class that is loaded, by code."""
    found: dict[str, type[Refusal]] = {}
    for kind in base.__subclasses__():
        if "code" in kind.__dict__:
            found[kind.code] = kind
        found.update(refusals_of(kind))
    return found


def health_router(runtime: Runtime) -> APIRouter:
    """Return the routes that tell whether the process lives and whether it can serve."""
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    def live() -> Response:
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    @router.get("/ready")
    def ready() -> Response:
        parts = {"database": _database_answers(runtime), "redis": _redis_answers(runtime)}
        status = 200 if all(parts.values()) else 503
        return JSONResponse({"status": "ok" if status == 200 else "unavailable", **parts}, status)  # noqa: PLR2004 - HTTP

    return router


def metrics_router(runtime: Runtime, registry: CollectorRegistry) -> APIRouter:
    """Return `/metrics` for Prometheus: with the bearer token of the settings, else from loopback only.

    Others get 404.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if not _may_scrape(runtime, request):
            raise NotFound
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def home_pages() -> APIRouter:
    """Return the start address and the shell's search: both lead to the first page that the viewer may open."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/")
    def home(call: PageCall) -> Response:
        call.signed_in()
        groups = call.viewer().visible_nav
        return RedirectResponse(groups[0].items[0].href if groups else "/account", 303)

    @router.get("/search")
    def search(call: PageCall, q: str = "") -> Response:
        call.signed_in()
        return RedirectResponse(f"/rfqs?{urlencode({'q': q[:100]})}", 303)

    return router


def problem_pages(manifests: Sequence[Manifest]) -> APIRouter:
    """Return the page of each problem code, and their catalogue."""
    router = APIRouter(prefix="/problems", route_class=PageRoute, include_in_schema=False)
    listed = [*BASE_REFUSALS, *(kind for manifest in manifests for kind in manifest.refusals)]
    codes = {**refusals_of(), **{kind.code: kind for kind in listed}}

    @router.get("")
    def catalogue(call: PageCall) -> Response:
        rows = [(code, STATUS[codes[code].kind], codes[code]) for code in sorted(codes)]
        return call.page("site/problems.html", {"rows": rows})

    @router.get("/{code}")
    def problem(code: str, call: PageCall) -> Response:
        if code not in codes:
            raise NotFound(code=code)
        kind, say = codes[code], call.shell.renderer.catalogue.translate
        language = call.shell.language(call.request)
        context = {
            "title": say(language, kind.title),
            "advice": say(language, kind.advice),
            "code": code,
            "status": STATUS[kind.kind],
            "uri": f"/problems/{code}",
        }
        return call.page("errors/problem.html", context)

    return router


def _may_scrape(runtime: Runtime, request: Request) -> bool:
    token = runtime.settings.metrics_token
    if token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), token.get_secret_value().encode())
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


def _database_answers(runtime: Runtime) -> bool:
    try:
        with runtime.database.session() as session:
            session.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001 - whatever the reason, the answer is no
        return False
    return True


def _redis_answers(runtime: Runtime) -> bool:
    try:
        return bool(runtime.redis.ping())
    except Exception:  # noqa: BLE001 - whatever the reason, the answer is no
        return False
