import pytest

from b2b_market.rfq.commands.needs import Attribute
from b2b_market.rfq.intake.preview import make_preview
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.refusals import (
    FileEmpty,
    FormatContradicts,
    FormatUnknown,
    NotARequest,
    XmlBroken,
    XmlUnsafe,
)
from b2b_market.rfq.intake.row_prices import show
from b2b_market.rfq.intake.values import Choices, Facts, Field, Remark, Source
from tests.rfq.intake_files import NEXT_YEAR, TODAY, codes

NAMES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:RequestForQuotation-2" '
    'xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
LINE = """<a:RequestForQuotationLine><b:ID>1</b:ID><a:LineItem><b:ID>1</b:ID>
<b:Quantity unitCode="KGM">12.5</b:Quantity><a:Item><b:Name>Copper wire</b:Name></a:Item></a:LineItem>
</a:RequestForQuotationLine>"""
FULL = """<a:RequestForQuotationLine><b:ID>1</b:ID><b:Note>urgent</b:Note>
<a:LineItem><b:ID>1</b:ID><b:Note>blue</b:Note>
<b:Quantity unitCode="MTR">250</b:Quantity>
<a:Delivery><a:DeliveryLocation><b:Name>Dock 2</b:Name><a:Address><b:StreetName>Quai 5</b:StreetName>
<b:CityName>Aix</b:CityName>
<a:Country><b:IdentificationCode>FR</b:IdentificationCode></a:Country></a:Address></a:DeliveryLocation>
<a:RequestedDeliveryPeriod><b:EndDate>2027-03-05+01:00</b:EndDate></a:RequestedDeliveryPeriod>
</a:Delivery>
<a:Price><b:PriceAmount currencyID="EUR">99.00</b:PriceAmount>
<b:BaseQuantity unitCode="MTR">100</b:BaseQuantity></a:Price>
<a:Item><b:Description>stranded</b:Description><b:Description>tinned</b:Description><b:Name>Cable</b:Name>
<a:BuyersItemIdentification><b:ID>C-7</b:ID></a:BuyersItemIdentification>
<a:SellersItemIdentification><b:ID>S-9</b:ID></a:SellersItemIdentification>
<a:CommodityClassification><b:ItemClassificationCode listID="CPV" name="Cables">31300000-9</b:ItemClassificationCode>
</a:CommodityClassification><a:CommodityClassification><b:ItemClassificationCode listID="UNSPSC">26121609
</b:ItemClassificationCode></a:CommodityClassification>
<a:AdditionalItemProperty><b:Name>Section</b:Name><b:ValueQuantity unitCode="mm²">2.5</b:ValueQuantity>
</a:AdditionalItemProperty>
<a:AdditionalItemProperty><b:Name>Colour</b:Name><b:Value>blue</b:Value></a:AdditionalItemProperty>
<a:AdditionalItemProperty><b:Name>Colour</b:Name><b:Value>grey</b:Value></a:AdditionalItemProperty></a:Item>
<a:SubLineItem><b:ID>1.1</b:ID></a:SubLineItem></a:LineItem></a:RequestForQuotationLine>"""


def request(body: str, head: str = "") -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<RequestForQuotation {NAMES}>{head}{body}</RequestForQuotation>'
    return text.encode()


def test_a_full_line_brings_all_its_fields() -> None:
    table = read_table(request(FULL), name="request.xml")
    assert table.source == Source.UBL
    assert table.remarks == (Remark("sub-lines", {"count": "1"}),)
    (row,) = make_preview(table, Choices(), TODAY).rows
    line = row.line
    assert line is not None
    assert (line.item_name, line.item_code, line.unit_code) == ("Cable", "C-7", "MTR")
    assert (line.specification, line.category) == ("stranded\ntinned\nUNSPSC 26121609", "CPV 31300000-9: Cables")
    assert line.attributes == (Attribute("Section", "2.5 mm²"), Attribute("Colour", "blue, grey"))
    assert [column.heading for column in make_preview(table, Choices(), TODAY).columns][-2:] == ["Section", "Colour"]
    assert (show(line.quantity), str(line.target_price), line.target_currency) == ("250", "0.99", "EUR")
    assert (line.required_on, line.delivery_place, line.note) == (NEXT_YEAR, "Dock 2, Quai 5, Aix, FR", "urgent\nblue")


def test_what_a_line_leaves_out_is_taken_from_the_document() -> None:
    head = """<b:ID>G867B</b:ID><b:SubmissionDueDate>2026-12-24</b:SubmissionDueDate><b:Note>Cables for hall 3</b:Note>
    <b:Note>Bring samples</b:Note><b:PricingCurrencyCode>DKK</b:PricingCurrencyCode><a:Delivery><a:DeliveryAddress>
    <b:StreetName>Main Street</b:StreetName><b:BuildingNumber>1</b:BuildingNumber>
<b:CityName>Ulm</b:CityName><b:PostalZone>89073</b:PostalZone>
    </a:DeliveryAddress>
    <a:RequestedDeliveryPeriod><b:StartDate>2027-03-05</b:StartDate></a:RequestedDeliveryPeriod></a:Delivery>"""
    table = read_table(request(LINE, head))
    assert table.facts == Facts(
        title="Cables for hall 3",
        reference="G867B",
        currency="DKK",
        due_on=TODAY.replace(month=12, day=24),
        required_on=NEXT_YEAR,
        delivery_place="Main Street 1, 89073 Ulm",
        note="Bring samples",
    )
    preview = make_preview(table, Choices(), TODAY)
    assert preview.questions == ()
    line = preview.rows[0].line
    assert line is not None
    assert (line.required_on, line.delivery_place, line.item_code) == (NEXT_YEAR, "Main Street 1, 89073 Ulm", None)
    assert preview.rows[0].defaulted == (Field.REQUIRED_ON, Field.DELIVERY_PLACE)
    assert [(default.field, default.from_file) for default in preview.defaults] == [
        (Field.DELIVERY_PLACE, True),
        (Field.REQUIRED_ON, True),
        (Field.CURRENCY, True),
    ]


def test_a_period_of_the_document_that_is_past_is_asked_once() -> None:
    period = "<a:RequestedDeliveryPeriod><b:EndDate>2008-05-10</b:EndDate></a:RequestedDeliveryPeriod>"
    head = f"<a:Delivery>{period}</a:Delivery>"
    preview = make_preview(read_table(request(LINE * 3, head)), Choices(delivery_place="Ulm"), TODAY)
    (question,) = preview.questions
    assert (question.code, question.rows) == ("ask-date-past", 3)
    assert (question.facts["date"], question.facts["today"]) == ("2008-05-10", "2026-11-22")


def test_a_past_date_of_a_line_is_its_error() -> None:
    preview = make_preview(read_table(request(FULL.replace("2027-03-05", "2008-03-05"))), Choices(), TODAY)
    assert codes(preview.rows[0]) == (["date-past"], [], [])
    assert preview.rows[0].errors[0].column == 7


def test_a_line_without_a_name_is_named_by_its_description() -> None:
    body = LINE.replace("<b:Name>Copper wire</b:Name>", "<b:Description>Copper wire, bare</b:Description>")
    row = make_preview(read_table(request(body)), Choices(), TODAY).rows[0]
    assert row.values[Field.ITEM_NAME] == "Copper wire, bare"
    assert Field.SPECIFICATION not in row.values


def test_wrong_values_are_errors_of_their_line() -> None:
    body = LINE.replace("12.5", "many").replace('unitCode="KGM"', 'unitCode="QQQ"')
    row = make_preview(read_table(request(body)), Choices(delivery_place="Ulm", required_on=NEXT_YEAR), TODAY).rows[0]
    assert codes(row) == (["quantity-unreadable"], ["ask-unit-spelling"], [])


def test_codes_of_the_standard_are_not_read_as_common_words() -> None:
    row = make_preview(read_table(request(LINE.replace("KGM", "10"))), Choices(), TODAY).rows[0]
    assert row.values[Field.UNIT] == "10"


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_the_declared_encoding_is_followed(encoding: str) -> None:
    text = request(LINE.replace("Copper wire", "Fladskærm")).decode().replace("UTF-8", encoding)
    assert read_table(text.encode(encoding)).rows[0].cells[0] == "Fladskærm"


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, REMOTE])
def test_document_types_are_refused(doctype: str) -> None:
    text = request(LINE).decode().replace("<RequestForQuotation ", doctype + "<RequestForQuotation ")
    with pytest.raises(XmlUnsafe):
        read_table(text.replace("Copper wire", "&a;").encode())


def test_other_documents_are_named() -> None:
    with pytest.raises(NotARequest) as caught:
        read_table(b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>')
    assert caught.value.facts == {"found": "Invoice"}
    with pytest.raises(NotARequest):
        read_table(b"<RequestForQuotation/>")
    with pytest.raises(FormatUnknown):
        read_table(b"<!DOCTYPE html><html><body/></html>")
    with pytest.raises(FormatContradicts):
        read_table(request(LINE), name="request.csv")


def test_damage_is_named_with_its_place() -> None:
    with pytest.raises(XmlBroken) as caught:
        read_table(b"<?xml version='1.0'?>\n<a><b></a>")
    assert caught.value.facts == {"line": "2", "column": "9"}
    with pytest.raises(XmlBroken):
        read_table(b"<?xml version='1.0' encoding='no-such-code'?><a/>")


def test_a_request_without_lines_is_empty() -> None:
    with pytest.raises(FileEmpty):
        read_table(request(""))
