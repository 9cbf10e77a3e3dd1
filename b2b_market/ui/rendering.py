"""Templates to HTML: one Jinja environment per language, macros as the ``ui`` name, StrictUndefined everywhere."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Macro

from b2b_market.ui import fmt
from b2b_market.ui.compiled import KeptTemplates
from b2b_market.ui.i18n import Catalogue, fill
from b2b_market.ui.language import Language
from b2b_market.ui.static_files import StaticFiles
from b2b_market.ui.viewer import Viewer

TEMPLATES: Final = Path(__file__).parent / "templates"
MACROS: Final = TEMPLATES / "macros"
_OTHER_NAME: Final = MappingProxyType({Language.ZH: "EN", Language.EN: "中文"})  # a language is named in itself


class MacroSet:
    """The macros of ``ui/templates/macros`` bound to one viewer; ``ui.badge(...)`` loads its file on first use."""

    def __init__(self, environment: Environment, files: Mapping[str, str], viewer: Viewer) -> None:
        """Bind the macros (name to template file) to ``viewer``."""
        self._environment = environment
        self._files = files
        self._viewer = viewer

    def __getattr__(self, name: str) -> Macro:
        """Return the macro ``name``; an unknown one is an AttributeError, which StrictUndefined turns into a 500."""
        if name.startswith("_") or name not in self._files:
            raise AttributeError(name)
        template = self._environment.get_template(self._files[name])
        module = template.make_module({"viewer": self._viewer, "ui": self})
        for exported in (key for key, file in self._files.items() if file == self._files[name]):
            self.__dict__[exported] = getattr(module, exported)
        macro: Macro = self.__dict__[name]
        return macro


class Renderer:
    """Renders templates of all modules. Built once at start; safe to share between threads."""

    def __init__(
        self,
        template_dirs: Sequence[Path],
        catalogue: Catalogue,
        static: StaticFiles,
        *,
        reload: bool = False,
    ) -> None:
        """Make the environments; ``static`` tells the addresses of files, ``reload`` is for development."""
        folders = [TEMPLATES, *template_dirs]
        self.catalogue = catalogue
        self._environments = MappingProxyType(
            {language: _environment(folders, catalogue, static, language, reload=reload) for language in Language}
        )
        self._macro_files = _macro_files(self._environments[Language.EN])

    def render(self, viewer: Viewer, template: str, context: Mapping[str, object] | None = None) -> str:
        """Render ``template`` in the viewer's language; ``viewer`` and ``ui`` are added to the context."""
        environment = self._environments[viewer.locale]
        macros = MacroSet(environment, self._macro_files, viewer)
        return environment.get_template(template).render({**(context or {}), "viewer": viewer, "ui": macros})

    def environment(self, language: Language) -> Environment:
        """Return the environment of ``language``, for checks that compile every template."""
        return self._environments[language]


def _environment(
    folders: Sequence[Path],
    catalogue: Catalogue,
    static: StaticFiles,
    language: Language,
    *,
    reload: bool,
) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        cache_size=-1,
        bytecode_cache=KeptTemplates(language),
    )
    translations = catalogue.translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        translations.gettext, translations.ngettext, newstyle=False
    )
    environment.globals.update(
        static_url=static.url,
        static_has=static.__contains__,
        language=str(language),
        other_language=_OTHER_NAME[language],
        day_unit=fmt.DAY_UNIT[language],
        NONE=fmt.NONE,
        timedelta_left=_left,
    )
    environment.filters.update(_filters(language))
    return environment


def _filters(language: Language) -> dict[str, Callable[..., str]]:
    return {
        "money": partial(fmt.money, language=language),
        "amount": fmt.amount,
        "unit_price": partial(fmt.unit_price, language=language),
        "kpi": partial(fmt.kpi, language=language),
        "number": fmt.number,
        "percent": fmt.percent,
        "delta_percent": fmt.delta_percent,
        "delta_money": partial(fmt.delta_money, language=language),
        "date": partial(fmt.date_text, language=language),
        "moment": lambda value, zone: fmt.moment(value, zone, language),
        "utc_stamp": fmt.utc_stamp,
        "iso": fmt.iso,
        "zone_offset": fmt.zone_offset,
        "countdown": partial(fmt.countdown, language=language),
        "file_size": fmt.file_size,
        "fill": lambda sentence, **facts: fill(sentence, facts),
    }


def _left(until: object, now: object) -> object:
    return until - now  # type: ignore[operator]  # two datetimes; templates are untyped


def _macro_files(environment: Environment) -> Mapping[str, str]:
    files: dict[str, str] = {}
    for path in sorted(MACROS.glob("*.html")):
        name = f"macros/{path.name}"
        module = environment.get_template(name).make_module({"viewer": None, "ui": None})
        for exported in (key for key, value in vars(module).items() if isinstance(value, Macro)):
            if files.setdefault(exported, name) != name:
                message = f"the macro {exported} is defined in {files[exported]} and in {name}"
                raise ValueError(message)
    return MappingProxyType(files)
