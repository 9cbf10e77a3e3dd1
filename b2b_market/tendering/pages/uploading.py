"""A file that is sent with a form: its bytes are stored while no transaction is open."""

from fastapi import Request

from b2b_market.files import public as files
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.page_edge import PageShell
from b2b_market.ui.forms import Form


def prepared_file(request: Request, form: Form, field: str = "file") -> files.PreparedFile | None:
    """Store the file of a form's required ``field``; None, and the field says why, where it is not accepted."""
    shell: PageShell = request.app.state.pages
    upload = form.file(field, required=True)
    if upload is None:
        return None
    try:
        sent = files.Upload(upload.filename or "", upload.content_type or "", upload.file.read())
        return files.prepare(shell.edge.runtime.settings, sent)
    except Refusal as refusal:
        facts = {name: str(fact) for name, fact in refusal.facts.items()}
        form.add_error(field, refusal.advice or refusal.title, **facts)
        return None
