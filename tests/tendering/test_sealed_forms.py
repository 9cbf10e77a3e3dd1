"""Documents, keys, terms and payloads: what is read, and everything that is refused."""

import json
from collections.abc import Callable
from datetime import timedelta, timezone
from uuid import UUID

import pytest

from b2b_market.infra.canonical import canonical
from b2b_market.tendering.rules import sealed_forms as forms
from b2b_market.tendering.rules.sealed_backup import read_backup, write_backup
from b2b_market.tendering.rules.sealed_keyfile import Holder, PrivateKey, lock_key, new_key, unlock_key
from b2b_market.tendering.rules.sealed_keys import OfficerKey, challenge_for, is_answered, is_signed, read_card, seal_to
from b2b_market.tendering.rules.sealed_payload import (
    BUCKETS,
    LARGEST,
    BidFile,
    Box,
    FileEntry,
    bucket,
    commitment,
    decrypt,
    encrypt,
    frame,
    join_files,
    read_payload,
    split_files,
    take_files,
    unframe,
    write_payload,
)
from b2b_market.tendering.rules.sealed_terms import Part, Terms, read_notice, read_terms, sign_notice
from tests.tendering.sealed_tenders import DEADLINE, SealedTender, officer_key, platform_key

SMALL_ORDER = bytes(32)
"""The neutral element: what is sealed to it, everybody could open."""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"a":1.5}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        '{"é":1}'.encode(),
        b'{"a":"\\ud800"}',
        b'{"a":"\\u00e9"}',
        b"[" * 5000,
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
    ],
)
def test_only_the_one_canonical_text_of_a_value_is_read(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        forms.read_document(data)


def test_a_canonical_text_gives_its_value() -> None:
    assert forms.read_document('{"a":[1,"é",null,true],"b":{}}'.encode()) == {"a": [1, "é", None, True], "b": {}}


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda value: forms.fields(value, "a"), [[], {}, {"a": 1, "b": 2}]),
        (forms.mapping, [[], None, "x"]),
        (forms.text, ["", 1, None, "x" * 201]),
        (forms.whole, [True, -1, "1", None, 2**53]),
        (forms.octets, ["0", "AB", "zz", 1, None]),
        (lambda value: forms.octets(value, 2), ["00", "000000"]),
        (forms.identifier, ["x", 1, "A0000000-0000-0000-0000-000000000000", "0" * 32]),
        (forms.moment, ["2026-11-22", 5, "2026-11-22T09:00:00Z", "2026-13-22T09:00:00.000000Z"]),
        (lambda value: forms.items(value, 1, 2), [[], [1, 2, 3], "ab", None]),
        (lambda value: forms.expect(value, 1), [2, True, "1", None]),
    ],
)
def test_a_field_of_another_form_is_refused(read: Callable[[object], object], wrong: list[object]) -> None:
    for value in wrong:
        with pytest.raises(ValueError, match=r".+"):
            read(value)


def test_fields_of_the_right_form_are_read() -> None:
    assert forms.identifier("00000000-0000-0000-0000-00000000000a") == UUID(int=10)
    assert forms.moment("2026-11-22T09:00:00.000000Z") == DEADLINE
    assert forms.octets("00ff", 2) == b"\x00\xff"
    assert forms.mapping({"a": 1}) == {"a": 1}


class TestKeys:
    def test_a_card_is_read_only_as_it_was_signed(self) -> None:
        card = officer_key(1).card("Registry")
        assert read_card(card.document()) == card
        assert len(card.fingerprint) == 40
        other = officer_key(2).card("Registry")
        for change in (
            {"name": "Another"},
            {"opening_key": other.opening_key.hex()},
            {"signing_key": other.signing_key.hex()},
            {"signature": other.signature.hex()},
            {"format": "b2b-market-officer/2"},
        ):
            with pytest.raises(ValueError, match="card"):
                read_card({**card.document(), **change})

    def test_a_key_that_everybody_can_open_is_no_key(self) -> None:
        key = officer_key(1)
        statement = {**key.card("x").statement(), "opening_key": SMALL_ORDER.hex()}
        signed = {**statement, "signature": key.signing.sign(canonical(statement)).hex()}
        with pytest.raises(ValueError, match="no key that anything can be sealed to"):
            read_card(signed)

    def test_a_seed_has_32_bytes_and_always_gives_the_same_keys(self) -> None:
        assert officer_key(1).card("a").fingerprint == officer_key(1).card("b").fingerprint
        assert officer_key(1).card("a").fingerprint != officer_key(2).card("a").fingerprint
        with pytest.raises(ValueError, match="32 bytes"):
            OfficerKey(bytes(31))

    def test_possession_is_proven_by_the_holder_alone(self) -> None:
        card, secret = officer_key(1).card("a"), bytes(range(32))
        challenge = challenge_for(card, secret)
        answer = officer_key(1).answer(challenge)
        assert is_answered(card, secret, answer)
        assert not is_answered(card, secret, secret)
        assert not is_answered(officer_key(2).card("b"), secret, answer)
        assert not is_answered(card, bytes(32), answer)
        with pytest.raises(ValueError, match="does not open"):
            officer_key(2).answer(challenge)

    def test_no_layer_of_a_bid_is_answered_as_a_challenge(self) -> None:
        tender = SealedTender()
        sealed = tender.bid().envelope.envelope.parts[0].wraps[0].sealed
        with pytest.raises(ValueError, match="does not open"):
            tender.officers[0].answer(sealed)

    def test_a_layer_opens_for_its_key_and_purpose_only(self) -> None:
        sealed = seal_to(officer_key(1).card("a").opening_key, b"inside", b"here")
        assert officer_key(1).open(sealed, b"here") == b"inside"
        for key, data, info in ((2, sealed, b"here"), (1, sealed, b"there"), (1, sealed[:-1], b"here"), (1, b"", b"")):
            with pytest.raises(ValueError, match="does not open"):
                officer_key(key).open(data, info)

    def test_a_malformed_key_signs_nothing(self) -> None:
        assert not is_signed(b"short", {}, bytes(64))


class TestKeyFiles:
    def test_a_file_opens_with_its_passphrase_only(self) -> None:
        key = new_key(Holder.OFFICER, "Registry")
        data = lock_key(key, "a long passphrase", rounds=2)
        assert key.seed.hex().encode() not in data
        assert unlock_key(data, "a long passphrase") == key
        with pytest.raises(ValueError, match="passphrase is wrong"):
            unlock_key(data, "another passphrase")
        changed = {**json.loads(data), "name": "Another"}
        with pytest.raises(ValueError, match="the file was changed"):
            unlock_key(canonical(changed), "a long passphrase")
        with pytest.raises(ValueError, match="at least 12"):
            lock_key(key, "short")

    def test_officers_open_and_bidders_sign(self) -> None:
        officer, bidder = PrivateKey(Holder.OFFICER, "a", bytes(32)), PrivateKey(Holder.BIDDER, "b", bytes(32))
        assert officer.officer().seed == bytes(32)
        assert len(bidder.signer().public_key().public_bytes_raw()) == 32
        with pytest.raises(ValueError, match="bidder's key"):
            bidder.officer()
        with pytest.raises(ValueError, match="officer's key"):
            officer.signer()


class TestBackup:
    SEED = bytes(range(32))

    def test_what_is_printed_gives_the_seed_however_it_is_typed(self) -> None:
        rows = write_backup(self.SEED)
        assert rows[0] == "1  AAAQ-EAYE-AUDA-OC-ZF"
        assert read_backup(rows) == self.SEED
        typed = [
            row[3:].lower().replace("-", " ").replace("o", "0").replace("i", "1").replace("b", "8") for row in rows
        ]
        assert read_backup(typed) == self.SEED

    def test_a_mistake_is_named(self) -> None:
        rows = list(write_backup(self.SEED))
        wrong = [*rows]
        wrong[2] = wrong[2][:5] + ("A" if wrong[2][5] != "A" else "C") + wrong[2][6:]
        with pytest.raises(ValueError, match="row 3 is mistyped"):
            read_backup(wrong)
        with pytest.raises(ValueError, match="row 1 is mistyped, or not row 1"):
            read_backup([rows[1], rows[0], *rows[2:]])
        with pytest.raises(ValueError, match="4 rows"):
            read_backup(rows[:3])
        with pytest.raises(ValueError, match="row 2 is mistyped"):
            read_backup([rows[0], "é" * 16, *rows[2:]])
        other = write_backup(bytes(32))
        with pytest.raises(ValueError, match="do not belong together"):
            read_backup([rows[0], *other[1:]])
        with pytest.raises(ValueError, match="32 bytes"):
            write_backup(bytes(16))

    def test_characters_that_base32_has_not_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("b2b_market.tendering.rules.sealed_backup._checked", lambda _number, _row: "AA")
        with pytest.raises(ValueError, match="characters that a backup has not"):
            read_backup(["!" * 14 + "AA"] * 4)


class TestTerms:
    def test_two_of_three_up_to_five_of_five(self) -> None:
        cards = tuple(officer_key(number).card(str(number)) for number in range(1, 7))
        tender = UUID(int=1)
        assert len(Terms(tender, cards[:3]).subsets) == 3
        assert len(Terms(tender, cards[:5], 3).subsets) == 10
        assert Terms(tender, cards[:5], 5).subsets == ((0, 1, 2, 3, 4),)
        for officers, threshold in ((cards[:3], 1), (cards[:2], 3), (cards, 2), (cards[:1], 1)):
            with pytest.raises(ValueError, match="cannot seal"):
                Terms(tender, officers, threshold)

    def test_one_key_cannot_count_twice(self) -> None:
        cards = (officer_key(1).card("a"), officer_key(1).card("b"), officer_key(2).card("c"))
        with pytest.raises(ValueError, match="own key"):
            Terms(UUID(int=1), cards)

    def test_parts_and_suite_are_known_ones(self) -> None:
        cards = tuple(officer_key(number).card(str(number)) for number in (1, 2))
        with pytest.raises(ValueError, match="whole, or technical"):
            Terms(UUID(int=1), cards, 2, (Part.PRICE,))
        with pytest.raises(ValueError, match="suite 2"):
            Terms(UUID(int=1), cards, 2, suite=2)

    def test_terms_and_notice_come_back_as_they_were(self) -> None:
        tender = SealedTender(parts=(Part.TECHNICAL, Part.PRICE))
        assert read_terms(forms.read_document(canonical(tender.terms.document()))) == tender.terms
        found = read_notice(forms.read_document(canonical(tender.notice.document())))
        assert found == tender.notice
        assert found.key_id == tender.platform.key_id

    def test_a_notice_is_read_only_as_it_was_signed(self) -> None:
        tender = SealedTender()
        document = tender.notice.document()
        later = tender.make_notice(deadline=DEADLINE + timedelta(days=1), edition=2)
        with pytest.raises(ValueError, match="not signed with the key"):
            read_notice({**document, "signature": later.signature.hex()})
        with pytest.raises(ValueError, match="another key"):
            sign_notice(tender.notice.notice, platform_key())
        with pytest.raises(ValueError, match="names its lots"):
            tender.make_notice(lots=())
        with pytest.raises(ValueError, match="names its lots"):
            tender.make_notice(lots=(tender.lot, tender.lot))

    def test_a_deadline_is_signed_in_utc(self) -> None:
        east = DEADLINE.astimezone(timezone(timedelta(hours=8)))
        assert SealedTender().make_notice(deadline=east).notice.statement()["deadline"] == "2026-11-22T09:00:00.000000Z"


class TestPayload:
    FILES = (BidFile("offer.pdf", b"abc"), BidFile("报价.xlsx", b""))

    def test_a_payload_lists_its_files(self) -> None:
        data = write_payload({"price": "1.50"}, self.FILES)
        found = read_payload(data)
        assert found.content == {"price": "1.50"}
        assert [(entry.name, entry.size) for entry in found.files] == [("offer.pdf", 3), ("报价.xlsx", 0)]

    @pytest.mark.parametrize(
        "name", ["", "a/b", "a\\b", "..", ".", "a\nb", "a\tb", "x" * 256, "e\u0301", "\u202eb", "a\0"]
    )
    def test_names_that_could_lead_astray_are_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match=r"name|text"):
            write_payload({}, [BidFile(name, b"")])

    def test_a_name_counts_once(self) -> None:
        with pytest.raises(ValueError, match="two files bear one name"):
            write_payload({}, [BidFile("a", b"1"), BidFile("a", b"2")])

    @pytest.mark.parametrize("content", [{"price": 1.5}, {"price": float("nan")}, {"é": 1}, {"a": object()}])
    def test_content_without_one_text_is_refused(self, content: dict[str, object]) -> None:
        with pytest.raises((TypeError, ValueError), match=r".+"):
            write_payload(content, [])

    def test_sizes_are_hidden_in_buckets(self) -> None:
        assert BUCKETS[0] == 4096
        assert BUCKETS[-1] == 64 * 1024 * 1024
        assert [bucket(size) for size in (0, 1, 4096, 4097, LARGEST)] == [4096, 4096, 4096, 8192, LARGEST]
        with pytest.raises(ValueError, match="more than an envelope holds"):
            bucket(LARGEST + 1)
        assert len(frame(bytes(32), b"x" * 4060)) == 4096
        assert len(frame(bytes(32), b"x" * 4061)) == 8192

    def test_the_frame_gives_back_what_it_holds_and_nothing_else_fits(self) -> None:
        r, payload = bytes(range(32)), b'{"a":1}'
        data = frame(r, payload)
        assert unframe(data) == (r, payload)
        longer = data + bytes(4096)
        dirty = data[:-1] + b"\x01"
        lying = data[:32] + (5000).to_bytes(4) + data[36:]
        for wrong in (b"", data[:30], data[:-1], longer, dirty, lying):
            with pytest.raises(ValueError, match="padding"):
                unframe(wrong)
        with pytest.raises(ValueError, match="r has 32"):
            frame(b"", payload)

    def test_files_come_back_and_nothing_else_fits(self) -> None:
        entries = read_payload(write_payload({}, self.FILES)).files
        data = join_files(self.FILES)
        assert split_files(data, entries) == self.FILES
        assert take_files(b"abcrest", entries) == (self.FILES, b"rest")
        for wrong in (data[:-1], data + bytes(4096), data[:-1] + b"\x01"):
            with pytest.raises(ValueError, match="padding"):
                split_files(wrong, entries)
        with pytest.raises(ValueError, match="not the one that the bid lists"):
            split_files(b"abX".ljust(4096, b"\0"), entries)
        with pytest.raises(ValueError, match="not the one"):
            split_files(b"", [FileEntry("a", 1, bytes(32))])

    def test_the_commitment_holds_every_id(self) -> None:
        tender = SealedTender()
        ids, r = tender.ids(UUID(int=7)), bytes(32)
        base = commitment(ids, Part.WHOLE, r, b"payload")
        others = [
            commitment(tender.ids(UUID(int=8)), Part.WHOLE, r, b"payload"),
            commitment(tender.ids(UUID(int=7), 2), Part.WHOLE, r, b"payload"),
            commitment(ids, Part.PRICE, r, b"payload"),
            commitment(ids, Part.WHOLE, bytes(31) + b"\1", b"payload"),
            commitment(ids, Part.WHOLE, r, b"payloae"),
        ]
        assert len({base, *others}) == 6
        with pytest.raises(ValueError, match="r has 32"):
            commitment(ids, Part.WHOLE, b"", b"payload")

    def test_a_box_opens_in_its_place_only(self) -> None:
        sealed = encrypt(bytes(32), Box.PAYLOAD, b"inside", b"bound")
        assert decrypt(bytes(32), Box.PAYLOAD, sealed, b"bound") == b"inside"
        for key, box, data, bound in (
            (bytes(31) + b"\1", Box.PAYLOAD, sealed, b"bound"),
            (bytes(32), Box.FILES, sealed, b"bound"),
            (bytes(32), Box.PAYLOAD, sealed, b"other"),
            (bytes(32), Box.PAYLOAD, b"", b"bound"),
        ):
            with pytest.raises(ValueError, match="does not open"):
                decrypt(key, box, data, bound)
