"""What may be saved as a search and when it speaks, what a recommendation is named by, and how spelling is mended."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.rules import vocabulary
from b2b_market.board.rules.recommending import name_of
from b2b_market.board.rules.saving import MOST_SEARCHES, TooManySearches, next_due, require_room, require_sound
from b2b_market.board.rules.searching import Term, Wanted, terms_of
from b2b_market.board.rules.words import sound, vocabulary_lines
from b2b_market.board.states import Cadence
from b2b_market.kernel.refusal import Invalid


class TestSavedSearches:
    def test_a_person_keeps_a_limited_number(self) -> None:
        require_room(MOST_SEARCHES - 1)
        with pytest.raises(TooManySearches) as refused:
            require_room(MOST_SEARCHES)
        assert refused.value.facts == {"limit": 50}

    def test_a_search_has_a_name(self) -> None:
        require_sound(SaveSearch(name="Bearings", filters=Filters(), cadence=Cadence.NEVER))
        with pytest.raises(Invalid) as refused:
            require_sound(SaveSearch(name=" \t", filters=Filters(text="bearing"), cadence=Cadence.DAILY))
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/name", "required")]

    @pytest.mark.parametrize(
        ("spoke", "due"),
        [
            (datetime(2026, 11, 21, 23, 59, tzinfo=UTC), datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
            (datetime(2026, 11, 22, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
            (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ],
    )
    def test_daily_ones_speak_at_eight_on_the_clock_of_their_reader(self, spoke: datetime, due: datetime) -> None:
        assert next_due(Cadence.DAILY, spoke, ZoneInfo("Asia/Shanghai")) == due

    @pytest.mark.parametrize("cadence", [Cadence.AT_ONCE, Cadence.NEVER])
    def test_the_others_have_no_time(self, cadence: Cadence) -> None:
        assert next_due(cadence, datetime(2026, 11, 22, tzinfo=UTC), ZoneInfo("Asia/Shanghai")) is None


def test_a_category_is_named_by_its_code_in_every_language() -> None:
    assert [name_of("g:power-transmission", [], language) for language in ("en", "zh-CN")] == ["power-transmission"] * 2


def test_a_misspelled_word_is_replaced_by_all_that_its_meaning_finds() -> None:
    wanted = Wanted(terms=terms_of("bering blue"), category="metals")
    mended = wanted.with_meant({"bering": "bearing"})
    assert mended.terms == (*terms_of("bearing"), *terms_of("blue"))
    assert (mended.place, mended.category) == ("", "metals")
    assert wanted.with_meant({}) == wanted


def test_what_is_mended_names_a_kind_and_is_not_mended_again() -> None:
    (term,) = Wanted(terms=(Term("bering", (("bering",),), loose=True),)).with_meant({"bering": "bearing"}).terms
    assert not term.loose


@pytest.mark.parametrize("text", ["", "6308-2RS", "Zhejiang", "123"])
def test_what_has_no_chinese_has_no_sound(text: str) -> None:
    assert sound(text) == ""


def test_the_version_of_the_vocabulary_follows_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    written = vocabulary_lines()
    version = vocabulary.vocabulary_version.__wrapped__
    found = version()
    assert found == vocabulary.vocabulary_version() == version()
    monkeypatch.setattr(vocabulary, "vocabulary_lines", lambda: [*written, ("valve.new", "valves-pipes", ("novel",))])
    assert version() != found
