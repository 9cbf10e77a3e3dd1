"""In which language a file is written that a request asks for."""

from functools import partial

from fastapi import Request

from b2b_market.rbac.page_edge import PageShell
from b2b_market.rfq.documents.saying import Speech
from b2b_market.ui.language import Language


def speech_for(request: Request, chosen: Language | None) -> Speech:
    """Return how files speak the language that was chosen, else that of the cookie or of Accept-Language."""
    shell: PageShell = request.app.state.pages
    language = chosen or shell.language(request)
    return Speech(language, partial(shell.renderer.catalogue.translate, language))
