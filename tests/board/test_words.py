"""Reading trade text: words, kinds, sounds, sort keys, and what a misspelled word meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.board.rules.documents import Text, document_of
from b2b_market.board.rules.searching import (
    Candidate,
    Wanted,
    edits_between,
    may_be_misspelled,
    meant_by,
    query_of,
    terms_of,
)
from b2b_market.board.rules.vocabulary import CATEGORIES, codes_of, kinds, kinds_in
from b2b_market.board.rules.words import singular, sort_key, sound, tokens, vocabulary_lines

NOTHING = Text(title="", items=(), places=(), buyer=())


class TestTokens:
    def test_chinese_is_cut_into_words_and_the_words_inside_them(self) -> None:
        assert tokens("六角头螺栓") == ["六角", "角头", "螺栓", "六角头螺栓"]

    def test_codes_are_found_whole_and_by_their_parts(self) -> None:
        assert tokens("轴承 6308-2RS, GB/T 276") == ["轴承", "6308-2rs", "6308", "2rs", "gb/t", "gb", "t", "276"]

    @pytest.mark.parametrize("written", ["M16×80", "M16x80", "M16 * 80", "Ｍ１６×８０", "m16 X 80"])
    def test_sizes_are_the_same_however_they_are_written(self, written: str) -> None:
        assert tokens(written) == ["m16", "80"]

    @pytest.mark.parametrize(
        ("many", "one"),
        [
            ("bolts", "bolt"),
            ("boxes", "box"),
            ("assemblies", "assembly"),
            ("glass", "glass"),
            ("gas", "gas"),
            ("6308s", "6308s"),
        ],
    )
    def test_english_plurals_are_singular(self, many: str, one: str) -> None:
        assert singular(many) == one

    @given(st.text(max_size=200))
    def test_any_text_can_be_read(self, text: str) -> None:
        found = tokens(text)
        assert len(found) == len(set(found))
        assert all(token and len(token) <= 60 and token == token.lower() for token in found)
        document_of(Text(title=text, items=(text,), places=(text,), buyer=(text,)))
        sort_key(text)


class TestVocabulary:
    def test_every_kind_is_written_once_in_a_known_category_with_both_languages(self) -> None:
        lines = vocabulary_lines()
        assert len({code for code, _, _ in lines}) == len(lines) > 100
        assert {category for _, category, _ in lines} == set(CATEGORIES)
        for kind in kinds().values():
            assert set(kind.lineage()) <= set(kinds()), kind
            assert kind.name_in("zh-CN") != kind.name_in("en") or kind.code in ("plc", "pcb"), kind

    def test_the_longest_word_names_the_kind(self) -> None:
        named = [kind.code for kind in kinds_in("深沟球轴承 6308; ball valves DN50; 电缆桥架; 开关柜, O型圈")]
        assert named == ["bearing.ball", "valve.ball", "cable-tray", "switchgear", "o-ring"]

    def test_a_kind_belongs_to_the_wider_one(self) -> None:
        assert codes_of(kinds_in("ball bearing, servo motors")) == ["bearing", "bearing.ball", "motor", "motor.servo"]

    def test_chinese_apart_is_not_one_word(self) -> None:
        assert kinds_in("轴 承") == []


class TestDocuments:
    def test_words_carry_where_they_stand(self) -> None:
        text = Text(title="大连备件", items=("螺栓",), places=("大连",), buyer=("恒力",))
        assert document_of(text).vector == "'§§fasteners':1B '§bolt':1B '大连':1A,2C '备件':1A '恒力':1D '螺栓':1B"

    def test_quotes_and_backslashes_cannot_end_a_lexeme(self) -> None:
        query = query_of(Wanted(terms_of("it's a\\b' | 'x")))
        assert query == "(('it')) & (('s')) & (('a')) & (('b')) & (('x'))"

    def test_a_request_of_thousands_of_words_stays_bounded(self) -> None:
        document = document_of(Text(title="", items=[f"item{n}" for n in range(9_000)], places=(), buyer=()))
        assert document.vector.count(" ") + 1 == 6_000


class TestQueries:
    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("轴承", "(('轴承') | ('§bearing'))"),
            ("ball bearings", "(('ball' & 'bearing') | ('§bearing.ball'))"),
            ("6308-2RS", "(('6308-2rs') | ('6308' & '2rs'))"),
            ("hex bolt M16x80", "(('hex' & 'bolt') | ('§bolt.hexagon')) & (('m16')) & (('80'))"),
            ("螺拴 大连", "(('螺拴') | ('螺' & '拴')) & (('大连'))"),
            ("电机座", "(('电机') | ('§motor'))"),
            ("座", "(('座'))"),
            ("", ""),
            ("!!!", ""),
        ],
    )
    def test_a_text_asks_for_words_or_their_kind(self, text: str, query: str) -> None:
        assert query_of(Wanted(terms_of(text))) == query

    def test_place_and_category_are_asked_where_they_stand(self) -> None:
        assert query_of(Wanted((), "大连", "fasteners")) == "'大连':C & '§§fasteners'"
        assert not Wanted((), "!", "").asks

    @given(st.text(alphabet="abc '|&!():*\\§12-", max_size=40))
    def test_no_text_asks_for_more_than_words(self, text: str) -> None:
        for term in terms_of(text):
            assert all(lexeme for way in term.ways for lexeme in way)


class TestMisspelled:
    def test_the_word_with_the_fewest_edits_is_meant(self) -> None:
        near = [Candidate("gearing", "", 400), Candidate("bearing", "", 450), Candidate("beer", "", 600)]
        assert meant_by("beering", "beering", near) == "bearing"
        assert meant_by("bering", "bering", near) == "bearing"

    def test_chinese_means_what_sounds_the_same(self) -> None:
        sounding = [Candidate("螺栓", "luoshuan", 0), Candidate("轴承", "zhoucheng", 0)]
        assert meant_by("螺拴", sound("螺拴"), sounding) == "螺栓"
        assert meant_by("luoshuan", "luoshuan", sounding) == "螺栓"
        assert meant_by("法兰", sound("法兰"), sounding) is None

    def test_short_words_and_codes_are_meant_as_they_stand(self) -> None:
        assert meant_by("nit", "nit", [Candidate("nut", "", 500)]) is None
        assert [may_be_misspelled(term) for term in terms_of("m16 6308-2rs bolt beering")] == [
            False,
            False,
            False,
            True,
        ]

    @given(st.text(alphabet="abcd", max_size=9), st.text(alphabet="abcd", max_size=9))
    def test_edits_are_symmetric_and_bounded(self, first: str, second: str) -> None:
        edits = edits_between(first, second, 20)
        assert edits == edits_between(second, first, 20)
        assert abs(len(first) - len(second)) <= edits <= max(len(first), len(second))
        assert (edits == 0) == (first == second)
        assert edits_between(first, second, 1) == min(edits, 2)

    def test_swapped_letters_are_one_edit(self) -> None:
        assert edits_between("vavle", "valve", 2) == 1


class TestSorting:
    def test_chinese_sorts_by_its_sound(self) -> None:
        titles = ["重庆备件", "长安备件", "Bearings", "阀门", "安全帽"]
        assert sorted(titles, key=sort_key) == ["安全帽", "Bearings", "长安备件", "重庆备件", "阀门"]

    def test_names_are_read_as_they_are_spoken(self) -> None:
        assert (sort_key("长安"), sort_key("重庆")) == ("chang2 an1", "chong2 qing4")
