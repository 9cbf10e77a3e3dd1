"""The styles of DOCX files: the house style of the PDF, said in WordprocessingML."""

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

INK, INK_SOFT, LINE, LINE_STRONG, SHADE = "16232C", "4A5B67", "B6C2CA", "4A5B67", "F1F4F6"


def _style(
    name: str, size: float, rest: str = "", *, bold: bool = False, colour: str = INK, kind: str = "paragraph"
) -> str:
    """Return one style; ``size`` in points, ``rest`` are its paragraph properties."""
    weight = "<w:b/>" if bold else ""
    properties = f"<w:pPr>{rest}</w:pPr>" if rest else ""
    base = "" if name == "Normal" else '<w:basedOn w:val="Normal"/>'
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="{kind}"{default} w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>{base}'
        f"<w:qFormat/>{properties}"
        f'<w:rPr>{weight}<w:color w:val="{colour}"/><w:sz w:val="{round(size * 2)}"/>'
        f'<w:szCs w:val="{round(size * 2)}"/></w:rPr></w:style>'
    )


def _space(before: float, after: float, line: float = 0) -> str:
    exact = f' w:line="{round(line * 20)}" w:lineRule="atLeast"' if line else ""
    return f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}"{exact}/>'


_NEXT = "<w:keepNext/>"

STYLES = (
    f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:eastAsia="Microsoft YaHei"/>'
    '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    + "".join(
        [
            _style("Normal", 9.5, _space(0, 4, 14)),
            _style("Title", 19, _NEXT + _space(0, 0, 26), bold=True),
            _style("Subtitle", 12.5, _NEXT + _space(0, 8, 18), colour=INK_SOFT),
            _style("heading 1", 11, _NEXT + _space(13, 3, 16) + '<w:outlineLvl w:val="0"/>', bold=True),
            _style("Strong Text", 9.5, _space(0, 4, 14), bold=True),
            _style("Note", 8, _space(0, 3, 11), colour=INK_SOFT),
            _style("Label", 8.5, _space(0, 1, 13), colour=INK_SOFT),
            _style("Value", 9.5, _space(0, 1, 13)),
            _style("Panel Title", 9.5, _NEXT + _space(0, 3, 14), bold=True),
            _style("Cell", 8.5, _space(0, 0, 12)),
            _style("Cell Head", 8, _NEXT + _space(0, 0, 11), bold=True),
            _style("Total", 9.5, _space(0, 0, 14), bold=True),
            _style("header", 7.5, _space(0, 0, 10), colour=INK_SOFT),
            _style("footer", 7.5, _space(0, 0, 10), colour=INK_SOFT),
        ]
    )
    + "</w:styles>"
)
