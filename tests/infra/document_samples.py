"""A document of every block, in one language or two, with any number of lines; its texts are easy to find again."""

from datetime import UTC, datetime

from b2b_market.infra.documents.model import (
    Align,
    Column,
    Document,
    Emphasis,
    Fact,
    Facts,
    Heading,
    Panel,
    Panels,
    Paragraph,
    QrCode,
    Signature,
    Signatures,
    Table,
    Title,
    Total,
    Words,
    distinct,
)

CHINESE, ENGLISH = "zh-CN", "en"
BOTH = (CHINESE, ENGLISH)
ADDRESS = "https://market.example/verify/0192f3a4-5b6c-7d8e-9f00-112233445566/1"


def words(languages: tuple[str, ...], chinese: str, english: str) -> Words:
    return distinct({CHINESE: chinese, ENGLISH: english}[language] for language in languages)


def sample(
    languages: tuple[str, ...] = BOTH,
    *,
    lines: int = 3,
    buyer: str = "上海临港精密机械有限公司",
    note: str = "",
    specification: str = "GB/T 70.1, 8.8 级",
) -> Document:
    def say(chinese: str, english: str) -> Words:
        return words(languages, chinese, english)

    def fact(chinese: str, english: str, value: str) -> Fact:
        return Fact(say(chinese, english), (value,))

    fields = (say("签字", "Signature"), say("日期", "Date"))
    seal = say("盖章处", "Place for the seal")
    return Document(
        title=Title(
            say("采购合同", "Purchase contract"),
            (fact("合同编号", "Contract no.", "C-2026-000123"),),
            QrCode(ADDRESS, say("扫码核验", "Scan to verify")),
        ),
        number="C-2026-000123",
        languages=languages,
        blocks=(
            Panels(
                Panel(say("买方", "Buyer"), (fact("名称", "Name", buyer),)),
                Panel(
                    say("卖方", "Supplier"),
                    (fact("名称", "Name", "Müller GmbH"), fact("标识", "LEI", "529900T8BM49AURSDO55")),
                ),
            ),
            Heading(say("货物与价格", "Goods and prices"), "1"),
            Paragraph(say("买方购买下列货物。", "The buyer buys the goods listed below.")),
            Table(
                (
                    Column(say("序号", "No."), align=Align.END),
                    Column(say("货物与规格", "Item and specification"), share=1),
                    Column(say("金额", "Amount"), align=Align.END),
                ),
                tuple(
                    ((f"{number}",), (f"货物 ITEM-{number:04d}", specification), (f"{number * 1000:,}.50",))
                    for number in range(1, lines + 1)
                ),
                (Total(say("合计", "Total"), "CNY 1,234,567.89"),),
                (Fact(say("大写", "In words"), say("人民币壹佰元整", "Chinese yuan one hundred only")),),
            ),
            Heading(say("付款", "Payment"), "2"),
            Paragraph((note or "net 30",), Emphasis.STRONG),
            Facts((fact("交货地点", "Place", "上海"),)),
            Paragraph(say("本合同一式两份。", "Two copies are made."), Emphasis.NOTE),
            Signatures(
                (
                    Signature(say("买方", "Buyer"), (buyer,), fields, seal),
                    Signature(say("卖方", "Supplier"), ("Müller GmbH",), fields, seal),
                )
            ),
        ),
        running_head=say("采购合同", "Purchase contract"),
        running_foot=("market.example",),
        page_words=say("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
        created=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
        author=buyer,
        keywords=("C-2026-000123",),
    )
