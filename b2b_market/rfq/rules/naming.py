"""Names of templates: short, and each once in a company whatever its case."""

from typing import Final

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_

LONGEST_NAME: Final = 100


class TemplateNameTaken(Refusal):
    """The company has a template of this name."""

    code = "rfq-template-name-taken"
    title = N_("Another template has this name")
    advice = N_("Your company has a template called {name}. Choose another name, or delete that one first.")


def template_name(text: str) -> str:
    """Return a name with its blanks run together; raise Invalid for none and for one longer than LONGEST_NAME."""
    name = " ".join(text.split())
    if not name:
        raise Invalid(errors=[FieldError("/name", "required", N_("Give the template a name."))])
    if len(name) > LONGEST_NAME:
        detail, facts = N_("At most {limit} characters; shorten it."), {"limit": str(LONGEST_NAME)}
        raise Invalid(errors=[FieldError("/name", "too-long", detail, facts)])
    return name
