import pytest

from b2b_market.ui.language import Language, negotiate, parse_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-CN", Language.ZH),
        ("zh-Hans", Language.ZH),
        ("zh_TW", Language.ZH),
        ("EN-gb", Language.EN),
        ("de", None),
        ("", None),
        (None, None),
    ],
)
def test_tags(tag: str | None, language: Language | None) -> None:
    assert parse_language(tag) is language


def test_the_users_setting_wins_then_the_cookie_then_the_browser() -> None:
    assert negotiate("en", "zh-CN", "zh-CN") is Language.EN
    assert negotiate(None, "zh-CN", "en") is Language.ZH
    assert negotiate(None, None, "zh-CN,zh;q=0.9,en;q=0.8") is Language.ZH
    assert negotiate("fr", "xx", "de, *;q=0.5") is Language.EN


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en;q=0.2, zh;q=0.9", Language.ZH),
        ("zh;q=0, en;q=0.1", Language.EN),
        ("zh;q=banana, en;q=0.1", Language.EN),
        ("zh;q=9, en;q=0.1", Language.EN),
        ("zh;q=²", Language.EN),
        (",;,=;q", Language.EN),
        ("zh;q=1.0, en;q=0.999", Language.ZH),
    ],
)
def test_weights_of_the_browser_are_honoured_and_nonsense_is_skipped(header: str, language: Language) -> None:
    assert negotiate(None, None, header) is language
