import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from b2b_market.ui.forms import Form, parse_form
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.kit import PARTS, render_kit
from b2b_market.ui.language import Language
from b2b_market.ui.rendering import TEMPLATES, Renderer
from b2b_market.ui.static_files import StaticFiles
from b2b_market.ui.viewer import Flash, NavGroup, NavItem, Theme, Viewer

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
NASTY = "\"><script>alert(1)</script>'{{ 7*7 }}"


def render(folder: Path, source: str, viewer: Viewer | None = None, **context: object) -> str:
    (folder / "page.txt.html").write_text(source, encoding="utf-8")
    renderer = Renderer([folder], Catalogue([]), StaticFiles())
    return renderer.render(viewer or Viewer(now=NOW), "page.txt.html", context)


@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_kit_renders_whole_in_both_languages(renderer: Renderer, part: str, language: str) -> None:
    html = render_kit(renderer, NOW, {"lang": language, "part": part, "theme": "dark", "density": "compact"})
    assert html.startswith("<!doctype html>")
    assert f'<html lang="{language}" data-theme="dark" data-density="compact"' in html
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert html.rstrip().endswith("</html>")
    assert len(html.encode()) < 250_000
    assert "{n}" not in re.sub(r'data-text="[^"]*"|data-pasted="[^"]*"', "", html)


def test_ids_are_unique_and_labels_and_descriptions_point_at_something(renderer: Renderer) -> None:
    for part in PARTS:
        html = render_kit(renderer, NOW, {"part": part})
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))
        pointed = re.findall(r'\s(?:for|aria-describedby|aria-controls|aria-labelledby)="([^"]+)"', html)
        assert {name for names in pointed for name in names.split()} - set(ids) == set()


def test_an_unknown_theme_or_density_is_the_usual_one(renderer: Renderer) -> None:
    html = render_kit(renderer, NOW, {"theme": "pink", "density": "huge", "lang": "fr", "part": "none"})
    assert '<html lang="en" data-density="default"' in html


@pytest.mark.parametrize("language", list(Language))
def test_every_template_compiles(renderer: Renderer, language: Language) -> None:
    names = [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")]
    assert len(names) > 20
    for name in names:
        renderer.environment(language).get_template(name)


def test_what_people_typed_is_escaped_everywhere(tmp_path: Path) -> None:
    form = Form(parse_form([("title", NASTY), ("notes", NASTY), ("unit", NASTY)]))
    form.add_error("title", "No {name}.", name=NASTY)
    viewer = Viewer(
        now=NOW,
        signed_in=True,
        user_name=NASTY,
        org_name=NASTY,
        flashes=(Flash("Hello {name}", "ok", {"name": NASTY}),),
        nav=(NavGroup(NASTY, (NavItem(NASTY, NASTY),)),),
        path=NASTY,
        csrf_token=NASTY,
    )
    source = """{% extends "page.html" %}{% block title %}{{ x }}{% endblock %}{% block content %}
    {{ ui.page_head(x, x, ui.badge(x)) }}{{ ui.badge(x, "ok") }}{{ ui.tag(x) }}{{ ui.doc(x, x) }}
    {{ ui.link_button(x, x, attrs={"data-x": x}) }}{{ ui.notice(x, "bad", x) }}{{ ui.details([(x, x)]) }}
    {{ ui.tabs([(x, x, true, 1)], x) }}{{ ui.clipped(x) }}{{ ui.two_lines(x, x) }}
    {{ ui.post_button(x, x, {x: x}, confirm=x) }}
    {{ ui.matrix_cell(x, x, x, x, pick=(x, x, true), flags=((x, "warn"),), title=x) }}
    {% call ui.form(x, form) %}{{ ui.field(form, "title", x, help=x, unit=x) }}
    {{ ui.field(form, "notes", x, rows=2) }}{{ ui.select(form, "unit", x, [(x, x)]) }}
    {{ ui.choices(form, "mode", x, [(x, x, x)]) }}{% endcall %}{% endblock %}"""
    html = render(tmp_path, source, viewer, x=NASTY, form=form)
    assert "<script>alert" not in html
    assert "49" not in re.sub(r"/static/[0-9a-f]+/", "", html)  # the name of the static files may hold it
    assert html.count(str(escape(NASTY))) > 40


def test_an_undefined_name_or_macro_is_an_error(tmp_path: Path) -> None:
    for source in ("{{ nothing }}", "{{ ui.nothing() }}", "{{ viewer.nothing }}", "{% if nothing %}{% endif %}"):
        with pytest.raises(UndefinedError):
            render(tmp_path, source)


def test_a_signed_out_page_has_no_navigation(renderer: Renderer) -> None:
    html = renderer.render(
        Viewer(now=NOW, theme=Theme.LIGHT),
        "errors/error.html",
        {
            "status": 401,
            "title": "Sign in first",
            "text": "…",
            "errors": ["one"],
            "request_id": "r-1",
            "retry": "/again",
        },
    )
    assert "<nav" not in html
    assert 'href="/sign-in"' in html
    assert 'href="/again"' in html
    assert "<li>one</li>" in html
    assert "r-1" in html


def test_the_organisation_switch_appears_with_the_second_organisation(renderer: Renderer) -> None:
    html = render_kit(renderer, NOW, {})
    assert html.count('name="organization_id"') == 2
    assert 'action="/organization/switch"' in html
    single = renderer.render(Viewer(now=NOW, signed_in=True), "kit/form.html", {"wrong_form": Form()})
    assert "organization_id" not in single


def test_the_countdown_carries_the_servers_text_for_readers_without_scripts(tmp_path: Path) -> None:
    source = '{{ ui.countdown(later) }}|{{ ui.countdown(viewer.now, after="over") }}|{{ ui.countdown(none) }}'
    parts = render(tmp_path, source, later=datetime(2026, 11, 25, 8, 44, 37, tzinfo=UTC)).split("|")
    assert 'until="2026-11-25T08:44:37.000Z"' in parts[0]
    assert ">3d 02:14:37</market-countdown>" in parts[0]
    assert ">over</market-countdown>" in parts[1]
    assert "—" in parts[2]


def test_budgets_of_what_every_page_loads() -> None:
    files = StaticFiles().files
    # what seals and opens bids is loaded by the pages that do, and by no other
    scripts = [name for name in files if name.startswith("js/") and not name.startswith("js/sealing/")]
    assert "js/app.js" in scripts
    css = len(files["app.css"].zipped or b"")
    js = sum(len(gzip.compress(files[name].plain, 9, mtime=0)) for name in scripts)
    vendor = len(files["vendor/htmx.min.js"].zipped or b"") if "vendor/htmx.min.js" in files else 0
    page = len(gzip.compress(render_kit(Renderer([], Catalogue([]), StaticFiles()), NOW, {}).encode(), 6))
    assert css <= 12_000
    assert js <= 15_000
    assert css + js + vendor + page <= 80_000


def test_style_sheet_uses_no_rule_that_old_kernels_lack() -> None:
    css = StaticFiles().files["app.css"].plain.decode()
    assert not re.findall(r"light-dark\(|color-mix\(|@container|@scope|&[ .:>]", css)
