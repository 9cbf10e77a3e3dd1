"""Every block of the content model as strips, in the house style."""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatchmethod

from b2b_market.infra.documents import setting
from b2b_market.infra.documents.model import (
    Block,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Panel,
    Panels,
    Paragraph,
    Signature,
    Signatures,
    Table,
    Title,
)
from b2b_market.infra.documents.qr import modules_of
from b2b_market.infra.documents.strips import Code, Mark, Rule, Strip, gap
from b2b_market.infra.documents.tables import table_strips
from b2b_market.infra.documents.typesetter import Typesetter, joined

_STYLES = {Emphasis.PLAIN: setting.BODY, Emphasis.STRONG: setting.STRONG, Emphasis.NOTE: setting.NOTE}
_CODE_SIDE = 24 * setting.MILLIMETRE
_CODE_ROOM = 34 * setting.MILLIMETRE
_GUTTER = 8 * setting.MILLIMETRE
_FIELD_HEIGHT = 25.0
# A company seal is 38 to 45 mm across.
_SEAL_HEIGHT = 44 * setting.MILLIMETRE

_HELD_LINES = 12


class Composer(Typesetter):
    """Turns a document into strips."""

    @property
    def half(self) -> float:
        """The width of one of two things that stand side by side."""
        return (self.sheet.text_width - _GUTTER) / 2

    def compose(self, document: Document) -> list[Strip]:
        """Return the strips of the whole document, from the title to the signatures."""
        strips = self._title(document.title)
        for number, block in enumerate(document.blocks):
            follower = document.blocks[number + 1] if number + 1 < len(document.blocks) else None
            signed = isinstance(follower, Signatures)
            own = self.block(block)
            if signed:
                _hold_to_next(own)
            strips += [*own, gap(_space_after(block, follower), glued=signed or isinstance(block, Heading))]
        return strips

    @singledispatchmethod
    def block(self, block: Block) -> list[Strip]:
        """Return the strips of one block."""
        message = f"no way to set a {type(block).__name__}"
        raise TypeError(message)

    @block.register
    def _heading(self, block: Heading) -> list[Strip]:
        text = joined((f"{block.number}  {block.words[0]}" if block.number else block.words[0], *block.words[1:]), "  ")
        strips = self.text((text,), setting.HEADING, 0, self.sheet.text_width)
        for strip in strips:
            strip.glued = True
        return strips

    @block.register
    def _paragraph(self, block: Paragraph) -> list[Strip]:
        strips: list[Strip] = []
        for text in block.words:
            strips += [gap(3)] if strips else []
            strips += self.text((text,), _STYLES[block.emphasis], 0, self.sheet.text_width)
        return strips

    @block.register
    def _facts(self, block: Facts) -> list[Strip]:
        return self._fact_list(block.facts, self.sheet.text_width, setting.LABEL_PART)

    @block.register
    def _panels(self, block: Panels) -> list[Strip]:
        left, right = self._panel(block.left), self._panel(block.right)
        height = max(left.height, right.height)
        right_marks = [_moved(mark, self.half + _GUTTER) for mark in right.marks]
        return [Strip(height, left.marks + right_marks)]

    @block.register
    def _table(self, block: Table) -> list[Strip]:
        return table_strips(self, block)

    @block.register
    def _signatures(self, block: Signatures) -> list[Strip]:
        strips: list[Strip] = []
        for first in range(0, len(block.signatures), 2):
            pair = [self._signature(signature) for signature in block.signatures[first : first + 2]]
            marks = [
                _moved(mark, number * (self.half + _GUTTER))
                for number, strip in enumerate(pair)
                for mark in strip.marks
            ]
            strips += [Strip(max(strip.height for strip in pair), marks)]
        return strips

    def _title(self, title: Title) -> list[Strip]:
        """Set the title as one strip, the QR code to its right."""
        room = self.sheet.text_width - (_CODE_ROOM if title.code else 0)
        strips: list[Strip] = []
        for number, text in enumerate(title.words):
            strips += self.text((text,), setting.TITLE_SECOND if number else setting.TITLE, 0, room)
        strips += [gap(8), *self._fact_list(title.facts, room, 0.34)]
        whole = _stacked(strips)
        if title.code:
            left = self.sheet.text_width - _CODE_SIDE
            whole.marks.append(Code(left, 4, _CODE_SIDE, modules_of(title.code.content), setting.INK))
            caption = self.lines(title.code.caption, setting.RUNNING, _CODE_SIDE + 10)
            whole.marks += self.runs(caption, setting.RUNNING, (left, _CODE_SIDE + 8, _CODE_SIDE))
            whole.height = max(whole.height, _CODE_SIDE + 8 + len(caption) * setting.RUNNING.leading)
        return [whole, gap(14)]

    def _fact_list(self, facts: Sequence[Fact], width: float, label_part: float) -> list[Strip]:
        return [strip for fact in facts for strip in self.fact(fact, width, label_part=label_part)]

    def _panel(self, panel: Panel) -> Strip:
        title = _stacked(self.text((joined(panel.title),), setting.PANEL_TITLE, 0, self.half))
        title.height += 3
        title.marks.append(Rule(0, title.height, self.half, 0.8, setting.LINE_STRONG))
        return _stacked([title, gap(5), *self._fact_list(panel.facts, self.half, 0.36)])

    def _signature(self, signature: Signature) -> Strip:
        strips = [
            *self.text((joined(signature.title),), setting.PANEL_TITLE, 0, self.half),
            *self.text(signature.party, setting.VALUE, 0, self.half),
            gap(6),
        ]
        labels = [self.clean(joined(words)) for words in signature.fields]
        left = max((self.width(label, setting.LABEL) for label in labels), default=0.0) + 6
        for label in labels:
            field = Strip(_FIELD_HEIGHT, [Rule(left, _FIELD_HEIGHT - 3, self.half - left, 0.5, setting.LINE_STRONG)])
            field.marks += self.runs([label], setting.LABEL, (0, _FIELD_HEIGHT - 2 - setting.LABEL.leading, left))
            strips.append(field)
        if signature.seal:
            strips += [gap(8), self._seal(signature)]
        return _stacked(strips)

    def _seal(self, signature: Signature) -> Strip:
        edges: list[Mark] = [Rule(0, y, self.half, 0.4, setting.LINE) for y in (0, _SEAL_HEIGHT)]
        edges += [Rule(x, 0, _SEAL_HEIGHT, 0.4, setting.LINE, down=True) for x in (0, self.half)]
        words = self.lines((joined(signature.seal),), setting.NOTE, self.half - 12)
        return Strip(_SEAL_HEIGHT, edges + self.runs(words, setting.NOTE, (6, 4, self.half)))


def _space_after(block: Block, follower: Block | None) -> float:
    if isinstance(block, Heading):
        return 3
    if isinstance(follower, Heading):
        return 13
    return 16 if isinstance(follower, Signatures) else 7


def _hold_to_next(strips: Sequence[Strip]) -> None:
    """Keep the end of a block with the signatures that follow: nobody signs a page without a word of what is agreed."""
    for strip in strips[-_HELD_LINES:]:
        strip.glued = True


def _stacked(strips: Sequence[Strip]) -> Strip:
    """Put strips together into one that no page break divides."""
    whole = Strip(0)
    for strip in strips:
        whole.marks += [_moved(mark, 0, whole.height) for mark in strip.marks]
        whole.height += strip.height
    return whole


def _moved(mark: Mark, right: float, down: float = 0) -> Mark:
    if not right and not down:
        return mark
    return replace(mark, x=mark.x + right, y=mark.y + down)
