"""How files are refused."""

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class FileNameRefused(Refusal):
    """The name is empty, too long, or holds characters that no file name needs."""

    kind, code = Kind.INVALID, "file-name-refused"
    title = N_("This file name is not accepted")
    advice = N_("Give the file a name of at most {limit} characters without slashes and control characters.")


class FileTypeRefused(Refusal):
    """No accepted type ends like this."""

    kind, code = Kind.MEDIA_TYPE, "file-type-refused"
    title = N_("This type of file is not accepted")
    advice = N_("{name} is of no accepted type. Accepted are: {accepted}.")


class FileTypeMismatch(Refusal):
    """Name, declared type and content do not agree."""

    kind, code = Kind.MEDIA_TYPE, "file-type-mismatch"
    title = N_("The file is not what its name says")
    advice = N_(
        "Its name says {by_name}, the sender says {declared}, its content says {by_content}. Save it anew as {by_name}."
    )


class FileEmpty(Refusal):
    """The file holds nothing."""

    kind, code = Kind.INVALID, "file-empty"
    title = N_("This file is empty")
    advice = N_("Nothing was sent under the name {name}. Choose the file again.")


class FileTooLarge(Refusal):
    """The file is larger than its type may be."""

    kind, code = Kind.TOO_LARGE, "file-too-large"
    title = N_("This file is too large")
    advice = N_("It has {size} bytes; a {kind} file may have {limit}. Split it or save it smaller.")


class ImageTooLarge(Refusal):
    """The picture has more pixels than a viewer should be asked to unpack."""

    kind, code = Kind.TOO_LARGE, "image-too-large"
    title = N_("This picture has too many pixels")
    advice = N_("It measures {width} × {height}; at most {limit} pixels are accepted. Save it smaller.")


class FileUnsafe(Refusal):
    """The file holds something active or misleading that no document of its type needs."""

    kind, code = Kind.INVALID, "file-unsafe"
    title = N_("This file holds something that is not accepted")
    advice = N_("Found: {found}. Save the document without it and try again.")


class FileInQuarantine(Refusal):
    """The scanner has not looked at it yet."""

    kind, code = Kind.CONFLICT, "file-in-quarantine"
    title = N_("This file is still being checked")
    advice = N_("It can be read as soon as the virus scanner has found it clean, usually within a minute.")


class FileCondemned(Refusal):
    """The scanner has found something."""

    kind, code = Kind.CONFLICT, "file-condemned"
    title = N_("This file holds harmful software")
    advice = N_("The virus scanner found {found}. It stays locked; ask the sender for a clean copy.")
