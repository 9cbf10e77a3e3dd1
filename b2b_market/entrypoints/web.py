"""The web application: routes of all modules under one edge."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from b2b_market.entrypoints.collecting import calm_collector
from b2b_market.entrypoints.describing import describe
from b2b_market.entrypoints.errors import ErrorAnswers
from b2b_market.entrypoints.metrics import Figures
from b2b_market.entrypoints.middleware import RequestLog, SecurityHeaders
from b2b_market.entrypoints.modules import load_manifests, packages
from b2b_market.entrypoints.nudging import Nudger
from b2b_market.entrypoints.site import health_router, home_pages, metrics_router, problem_pages
from b2b_market.identity.public import resolver
from b2b_market.infra.http.directory import Directory
from b2b_market.infra.logging import configure_logging
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
from b2b_market.rbac.edge import Edge
from b2b_market.rbac.manifest import Manifest
from b2b_market.rbac.matrix import policy_of
from b2b_market.rbac.page_edge import PageShell
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.kit import kit_router
from b2b_market.ui.rendering import Renderer
from b2b_market.ui.security import FlashBox
from b2b_market.ui.static_files import StaticFiles
from b2b_market.ui.viewer import NavGroup, NavItem

UPLOAD_CAP = 30_000_000
API = "/api/v1"


def create_app() -> FastAPI:
    """Return the application of this process, from the environment (uvicorn's factory)."""
    settings = Settings()
    configure_logging(settings.log_level)
    nudger = Nudger.for_broker(settings)
    app = build_app(Runtime.open(settings, nudger.nudge), load_manifests())
    calm_collector()
    return app


def build_app(runtime: Runtime, manifests: Sequence[Manifest]) -> FastAPI:
    """Return an application that serves ``manifests`` on ``runtime``."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(Figures(runtime))
    app = FastAPI(
        title="b2b_market",
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(runtime),
        max_body_size=UPLOAD_CAP,
    )
    static = StaticFiles()
    shell = page_shell(runtime, manifests, static)
    app.state.edge = shell.edge
    app.state.pages = shell
    for router in (router for manifest in manifests for router in manifest.api):
        _join(app, router, API)
    for router in _pages(manifests, shell, development=runtime.settings.development):
        _join(app, router)
    for router in (health_router(runtime), metrics_router(runtime, registry), problem_pages(manifests), home_pages()):
        _join(app, router)
    app.mount("/static", static)
    Directory(app.router).install()
    ErrorAnswers(shell).install(app)
    describe(app)
    # pages shrink to a fifth; answers of the API are small, and files and static ones are compressed already
    app.add_middleware(
        GZipMiddleware,
        minimum_size=2000,
        compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/*"),
    )
    app.add_middleware(SecurityHeaders, https=runtime.settings.public_url.startswith("https:"))
    app.add_middleware(RequestLog, registry=registry, blurred=blurred(manifests))
    return app


def page_shell(runtime: Runtime, manifests: Sequence[Manifest], static: StaticFiles) -> PageShell:
    """Return what pages need: the edge, the renderer with every module's templates and sentences, keys for cookies."""
    folders = [path / "templates" for path in (Path(__file__).parent, *(manifest.package for manifest in manifests))]
    renderer = Renderer(
        [folder for folder in folders if folder.is_dir()],
        Catalogue(packages(manifests)),
        static,
        reload=False,
    )
    key = cookie_key(runtime)
    return PageShell(
        edge=Edge(runtime, resolver(policy_of(manifests))),
        renderer=renderer,
        nav=navigation(manifests),
        shell=tuple(manifest.shell for manifest in manifests if manifest.shell is not None),
        cookie_key=key,
        origins=frozenset({runtime.settings.public_url.rstrip("/")}),
        secure_cookies=runtime.settings.public_url.startswith("https:"),
        flashes=FlashBox(key),
    )


def blurred(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Return by the begin of a path under which name its requests are logged and measured, of the API and of pages."""
    return {
        f"{surface}{begin}": f"{surface}{manifest.blurred[0]}"
        for manifest in manifests
        for surface in (API, "")
        for begin in manifest.blurred
    }


def cookie_key(runtime: Runtime) -> bytes:
    """Return the key of form tokens and flash messages, derived from the installation's receipt key.

    Equal on every worker.
    """
    signed = runtime.receipts.sign({"purpose": "cookies"})
    return hmac.new(signed.signature, b"b2b_market.cookies", hashlib.sha256).digest()


def navigation(manifests: Sequence[Manifest]) -> tuple[NavGroup, ...]:
    """Return the left navigation: the modules' groups, those of one label joined; the one without label comes first."""
    joined: dict[str, tuple[NavItem, ...]] = {}
    for manifest in manifests:
        for group in manifest.nav:
            joined[group.label] = (*joined.get(group.label, ()), *group.items)
    return tuple(NavGroup(label, joined[label]) for label in sorted(joined, key=bool))


def _pages(manifests: Sequence[Manifest], shell: PageShell, *, development: bool) -> Iterator[APIRouter]:
    for manifest in manifests:
        yield from manifest.pages
    if development:
        yield kit_router(shell.renderer)
        for manifest in manifests:
            yield from manifest.development_pages


def _join(app: FastAPI, router: APIRouter, prefix: str = "") -> None:
    """Add the routes of ``router`` to the application's own, those of the API (with a prefix) to its document.

    Included routers would be searched one inside the other, each twice per request: a fifth of a request's time.
    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            message = f"{route} is not a route of FastAPI"
            raise TypeError(message)
        app.router.add_api_route(
            prefix + route.path,
            route.endpoint,
            name=route.name,
            methods=route.methods,
            tags=route.tags,
            status_code=route.status_code,
            responses=route.responses,
            dependencies=route.dependencies,
            deprecated=route.deprecated,
            response_class=route.response_class,
            response_model=route.response_model,
            openapi_extra=route.openapi_extra,
            include_in_schema=bool(prefix) and route.include_in_schema,
            route_class_override=type(route),
        )


def _lifespan(runtime: Runtime) -> Any:  # noqa: ANN401 - the type FastAPI names for it is its own alias
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = runtime.settings.web_threads
        yield
        runtime.close()

    return lifespan
