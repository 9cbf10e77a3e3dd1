"""What a registration, a company number and settings must be."""

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import IllegalStep, Invalid
from b2b_market.organizations import rules
from b2b_market.organizations.commands import CompanyProfile, IdentifierInput
from b2b_market.organizations.states import LIFECYCLE, CompanyStatus, IdentifierScheme

USCC, VAT, LEI, OTHER = IdentifierScheme


def number(scheme: IdentifierScheme, value: str, label: str = "") -> IdentifierInput:
    return IdentifierInput(scheme=scheme, value=value, label=label)


def codes(refusal: Invalid) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refusal.errors]


@pytest.mark.parametrize(
    ("scheme", "typed", "kept"),
    [
        (USCC, " 91210200ma0y7k3h28 ", "91210200MA0Y7K3H28"),
        (VAT, "DE 812 365 476", "DE812365476"),
        (VAT, "it03467210989", "IT03467210989"),
        (VAT, "EL 094259216", "EL094259216"),
        (LEI, "300300kl7m2q9t4zxw56", "300300KL7M2Q9T4ZXW56"),
        (LEI, "３００３００KL7M2Q9T4ZXW56", "300300KL7M2Q9T4ZXW56"),
    ],
)
def test_numbers_are_kept_in_their_compact_form(scheme: IdentifierScheme, typed: str, kept: str) -> None:
    assert rules.check_identifiers([number(scheme, typed, "ignored")]) == (
        rules.CheckedIdentifier(scheme, "", kept, checked=True),
    )


@pytest.mark.parametrize(
    ("scheme", "typed"),
    [
        (USCC, "91210200MA0Y7K3H29"),
        (USCC, "9121"),
        (USCC, ""),
        (VAT, "DE812365477"),
        (VAT, "812365476"),
        (VAT, "CN812365476"),
        (VAT, "12"),
        (LEI, "300300KL7M2Q9T4ZXW57"),
        (LEI, "٣٠٠300KL7M2Q9T4ZXW56"),
    ],
)
def test_wrong_check_digits_are_refused(scheme: IdentifierScheme, typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_identifiers([number(scheme, typed)])
    assert codes(caught.value) == [("/identifiers/0/value", "check-digits")]


def test_other_numbers_are_kept_unchecked_under_the_name_of_their_register() -> None:
    assert rules.check_identifiers([number(OTHER, "  HRB  12345 ", " Duisburg ")]) == (
        rules.CheckedIdentifier(OTHER, "Duisburg", "HRB 12345", checked=False),
    )


def test_every_wrong_number_is_named() -> None:
    given = [
        number(OTHER, "", "X"),
        number(OTHER, "1", " "),
        number(USCC, "1"),
        number(OTHER, "2", "X"),
        number(OTHER, "2", "X"),
    ]
    with pytest.raises(Invalid) as caught:
        rules.check_identifiers(given)
    assert codes(caught.value) == [
        ("/identifiers/0/value", "empty"),
        ("/identifiers/1/label", "empty"),
        ("/identifiers/2/value", "check-digits"),
        ("/identifiers/4/value", "twice"),
    ]


@pytest.mark.parametrize("count", [0, 11])
def test_one_to_ten_numbers(count: int) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_identifiers([number(OTHER, str(index), "X") for index in range(count)])
    assert codes(caught.value) == [("/identifiers", "count")]


def profile(zh: str = "", en: str = "X", country: str = "CN", street: str = "1", city: str = "D") -> CompanyProfile:
    return CompanyProfile(legal_name_zh=zh, legal_name_en=en, country=country, street=street, city=city, identifiers=())


def test_a_profile_needs_a_name_a_country_and_a_place() -> None:
    rules.require_profile(profile(), frozenset({"CN"}))
    rules.require_profile(profile(zh="恒", en=""), frozenset({"CN"}))
    with pytest.raises(Invalid) as caught:
        rules.require_profile(profile(zh=" ", en=" ", country="ZZ", street=" ", city=""), frozenset({"CN"}))
    assert codes(caught.value) == [
        ("/legal_name_en", "empty"),
        ("/country", "unknown"),
        ("/street", "empty"),
        ("/city", "empty"),
    ]


def test_a_company_buys_or_sells() -> None:
    rules.require_sides(buyer=True, supplier=False)
    rules.require_sides(buyer=False, supplier=True)
    with pytest.raises(Invalid) as caught:
        rules.require_sides(buyer=False, supplier=False)
    assert codes(caught.value) == [("/sides", "empty")]


def test_settings_know_currency_zone_unit_and_hours() -> None:
    assert rules.require_settings("CNY", "Asia/Shanghai", "KGM", 2160) == Currency("CNY")
    assert rules.require_settings("EUR", "UTC") == Currency("EUR")
    with pytest.raises(Invalid) as caught:
        rules.require_settings("XXX", "Mars/Phobos", "nothing", 2161)
    assert codes(caught.value) == [
        ("/base_currency", "unknown"),
        ("/timezone", "zone"),
        ("/default_unit", "unknown"),
        ("/minimum_quoting_hours", "range"),
    ]


def test_extension_time_is_at_most_ninety_days() -> None:
    rules.require_extension_time(0)
    rules.require_extension_time(2160)
    with pytest.raises(Invalid) as caught:
        rules.require_extension_time(2161)
    assert codes(caught.value) == [("/minimum_extension_hours", "range")]


def test_all_checks_are_made_and_told_together() -> None:
    rules.require_all(lambda: None)
    with pytest.raises(Invalid) as caught:
        rules.require_all(
            lambda: rules.require_sides(buyer=False, supplier=False), lambda: None, lambda: rules.require_reason(" ")
        )
    assert codes(caught.value) == [("/sides", "empty"), ("/reason", "empty")]


def test_limits_are_in_the_base_currency() -> None:
    rules.require_limit_currency(None, Currency("CNY"))
    rules.require_limit_currency(Money.of("1", "CNY"), Currency("CNY"))
    with pytest.raises(Invalid) as caught:
        rules.require_limit_currency(Money.of("1", "EUR"), Currency("CNY"))
    assert codes(caught.value) == [("/limit", "currency")]


def test_a_reason_is_given_and_tidied() -> None:
    assert rules.require_reason(" why ") == "why"


@pytest.mark.parametrize(
    ("zh", "en", "country", "name"),
    [
        ("恒力", "Hengli", "CN", "恒力"),
        ("恒力", "Hengli", "DE", "Hengli"),
        ("", "Hengli", "TW", "Hengli"),
        ("恒力", "", "DE", "恒力"),
    ],
)
def test_the_name_a_company_goes_by(zh: str, en: str, country: str, name: str) -> None:
    assert rules.own_name(zh, en, country) == name


def test_searching_folds_case_width_and_blanks() -> None:
    assert rules.folded("  ＨＥＮＧＬＩ　Straße ") == "hengli strasse"
    assert rules.search_words(" a b c d e f ") == ("a", "b", "c", "d", "e")
    assert rules.search_words("") == ()


def test_the_lifecycle_of_a_company() -> None:
    steps = {status: LIFECYCLE.allowed(status) for status in CompanyStatus}
    assert steps == {
        CompanyStatus.REGISTERED: ("approve", "reject"),
        CompanyStatus.APPROVED: (),
        CompanyStatus.REJECTED: ("resubmit",),
        CompanyStatus.PROVISIONAL: ("claim", "merge"),
        CompanyStatus.MERGED: (),
    }
    with pytest.raises(IllegalStep):
        LIFECYCLE.require(CompanyStatus.APPROVED, "reject")
