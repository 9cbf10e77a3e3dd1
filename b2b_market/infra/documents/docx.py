"""The DOCX writer: the same content as the PDF, to be edited in a word processor. Equal documents give equal bytes."""

import io
import zipfile
from datetime import UTC
from functools import cache

import docx
import segno
from docx.document import Document as Package
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Mm

from b2b_market.infra.documents.docx_blocks import body_of, foot_of, head_of
from b2b_market.infra.documents.docx_styles import STYLES
from b2b_market.infra.documents.docx_xml import wrapped, xml_text
from b2b_market.infra.documents.model import Document, QrCode

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_MAIN_PART = "word/document.xml"
_PLACE = b"<w:p/>"
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_CODE_SIDE = Mm(24)
# Parts of the library's template that say nothing about our documents.
_UNUSED = (
    "stylesWithEffects",
    "customXml",
    "webSettings",
    "fontTable",
    "theme",
    "numbering",
    "thumbnail",
    "extended-properties",
)


def write_docx(document: Document) -> bytes:
    """Return the document as DOCX: table heads repeat, page x of y are fields, nothing changes from run to run."""
    package = docx.Document(_opened_with(body_of(document)))
    if document.title.code:
        _place_code(package, document.title.code)
    _fill_edges(package, document)
    _fill_properties(package, document)
    target = io.BytesIO()
    package.save(target)
    return _repacked(target)


def _opened_with(body: str) -> io.BytesIO:
    """Return the template with ``body`` as its text.

    So it is parsed once; moving parsed nodes from one tree to another costs ten times that.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_template())) as source, zipfile.ZipFile(target, "w") as result:
        for name in source.namelist():
            content = source.read(name)
            result.writestr(name, content.replace(_PLACE, body.encode()) if name == _MAIN_PART else content)
    return target


def _place_code(package: Package, code: QrCode) -> None:
    """Put the QR code into the first empty run of the title."""
    image = io.BytesIO()
    segno.make(code.content, error="m", micro=False).save(image, kind="png", scale=8, border=0)
    drawing = OxmlElement("w:drawing")
    drawing.append(package.part.new_pic_inline(image, _CODE_SIDE, _CODE_SIDE))
    (run,) = package.element.body.xpath(".//w:r[not(*)]")
    run.append(drawing)


def _fill_edges(package: Package, document: Document) -> None:
    section = package.sections[0]
    for edge, content in ((section.header, head_of(document)), (section.footer, foot_of(document))):
        edge.is_linked_to_previous = False
        root = edge.part.element
        root[:] = list(parse_xml(wrapped(content)))


def _fill_properties(package: Package, document: Document) -> None:
    properties = package.core_properties
    created = document.created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    title = _property(" / ".join(document.title.words))
    properties.title = _property(f"{document.number} {title}")
    properties.subject = title
    properties.identifier = _property(document.number)
    properties.author = properties.last_modified_by = _property(document.author)
    properties.keywords = _property(", ".join(document.keywords))
    properties.language = document.languages[0]
    properties.created = properties.modified = created
    properties.revision = 1
    properties.comments = properties.category = ""


def _property(text: str) -> str:
    """Return ``text`` as a property can hold it: XML characters only, and not more than the standard's 255."""
    return xml_text(text)[:255]


@cache
def _template() -> bytes:
    """Return the library's empty document in the house style: A4, our margins and styles, no idle part."""
    package = docx.Document()
    package.element.body.insert(0, OxmlElement("w:p"))
    package.styles.element[:] = list(parse_xml(STYLES.encode()))
    for rels in (package.part.rels, package.part.package.rels):
        for rel_id in [rel.rId for rel in rels.values() if rel.reltype.endswith(_UNUSED)]:
            del rels[rel_id]
    section = package.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    section.header_distance, section.footer_distance = Mm(13), Mm(11)
    target = io.BytesIO()
    package.save(target)
    return target.getvalue()


def _repacked(package: io.BytesIO) -> bytes:
    """Return the archive with its members by name, types first, without any time."""
    target = io.BytesIO()
    with zipfile.ZipFile(package) as source, zipfile.ZipFile(target, "w") as result:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, _EARLIEST)
            member.create_system, member.external_attr = 3, 0o600 << 16
            result.writestr(member, source.read(name), zipfile.ZIP_DEFLATED, 6)
    return target.getvalue()
