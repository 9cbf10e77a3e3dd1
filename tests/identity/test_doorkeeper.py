"""Counting guesses: the tenth is refused per account and network, right ones are free, losing Redis opens nothing."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import redis

from b2b_market.identity.rules import TooManyAttempts, WrongCredentials
from b2b_market.identity.service.doorkeeper import APART, Doorkeeper
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.clock import SteppedClock


@pytest.fixture
def door(runtime: Runtime) -> Doorkeeper:
    return Doorkeeper(runtime.redis)


@pytest.fixture
def lonely() -> Iterator[Doorkeeper]:
    client = redis.Redis(unix_socket_path="/nonexistent/socket")
    yield Doorkeeper(client)
    client.close()


def wrong(door: Doorkeeper, account: str, network: str | None) -> bool:
    """Guess wrongly; return whether the guess was let through to the hash at all."""
    reached = False
    with suppress(WrongCredentials, TooManyAttempts), door.guess(account, network):
        reached = True
        raise WrongCredentials
    return reached


def right(door: Doorkeeper, account: str, network: str | None) -> None:
    with door.guess(account, network):
        pass


def tries(guess: Callable[[int], bool], times: int) -> list[bool]:
    return [guess(number) for number in range(times)]


def test_a_thousand_guesses_on_one_account_reach_the_hash_nine_times(door: Doorkeeper) -> None:
    through = tries(lambda n: wrong(door, "Li@Hengli.example", f"10.0.{n % 250}.0/24"), 1000)
    assert through.count(True) == 9
    assert through[:9] == [True] * 9


def test_a_thousand_accounts_from_one_network_reach_the_hash_nine_times(door: Doorkeeper) -> None:
    through = tries(lambda n: wrong(door, f"user{n}@hengli.example", "10.0.0.0/24"), 1000)
    assert through.count(True) == 9


def test_callers_without_an_address_share_one_count(door: Doorkeeper) -> None:
    assert tries(lambda n: wrong(door, f"user{n}@x.example", None), 12).count(True) == 9


def test_spellings_of_one_address_are_one_account(door: Doorkeeper) -> None:
    spellings = ["li@hengli.example", " LI@hengli.EXAMPLE", "Li@Hengli.example "]
    assert tries(lambda n: wrong(door, spellings[n % 3], f"10.0.{n}.0/24"), 30).count(True) == 9


def test_right_guesses_are_free_and_clear_the_account(door: Doorkeeper) -> None:
    for _ in range(50):
        right(door, "li@hengli.example", "10.0.0.0/24")
    assert tries(lambda n: wrong(door, "li@hengli.example", f"10.1.{n}.0/24"), 8).count(True) == 8
    right(door, "li@hengli.example", "10.2.0.0/24")
    assert tries(lambda n: wrong(door, "li@hengli.example", f"10.3.{n}.0/24"), 12).count(True) == 9


def test_a_right_guess_does_not_clear_the_network(door: Doorkeeper) -> None:
    assert tries(lambda n: wrong(door, f"user{n}@x.example", "10.0.0.0/24"), 8).count(True) == 8
    right(door, "own@attacker.example", "10.0.0.0/24")
    assert tries(lambda n: wrong(door, f"more{n}@x.example", "10.0.0.0/24"), 5).count(True) == 1


def test_a_refused_guess_says_how_long_to_wait(runtime: Runtime) -> None:
    door = Doorkeeper(runtime.redis, SteppedClock(datetime.now(UTC)))
    tries(lambda n: wrong(door, "li@hengli.example", f"10.0.{n}.0/24"), 9)
    with pytest.raises(TooManyAttempts) as caught, door.guess("li@hengli.example", "10.9.0.0/24"):
        pass
    assert isinstance(caught.value.facts["retry_after"], int)
    assert 800 <= caught.value.facts["retry_after"] <= 900


def test_a_fault_during_the_guess_is_given_back(door: Doorkeeper) -> None:
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), door.guess("li@hengli.example", "10.0.0.0/24"):
            _ = 1 // 0
    assert wrong(door, "li@hengli.example", "10.0.0.0/24")


def test_without_redis_a_process_lets_three_through(lonely: Doorkeeper) -> None:
    assert tries(lambda n: wrong(lonely, "li@hengli.example", f"10.0.{n}.0/24"), 20).count(True) == 3
    assert tries(lambda n: wrong(lonely, f"user{n}@x.example", "10.0.0.0/24"), 20).count(True) == 2


def test_without_redis_right_guesses_still_work(lonely: Doorkeeper) -> None:
    for _ in range(20):
        right(lonely, "li@hengli.example", "10.0.0.0/24")
    assert wrong(lonely, "li@hengli.example", "10.0.0.0/24")


def test_a_redis_that_does_not_answer_is_asked_again_only_after_a_while() -> None:
    asked: list[str] = []

    class Mute(redis.UnixDomainSocketConnection):
        def connect(self) -> None:
            asked.append("PING")
            raise redis.TimeoutError

    clock = SteppedClock(datetime.now(UTC))
    door = Doorkeeper(redis.Redis(connection_pool=redis.ConnectionPool(connection_class=Mute)), clock)
    for _ in range(20):
        right(door, "li@hengli.example", "10.0.0.0/24")
    assert len(asked) == 1
    clock.step(APART)
    right(door, "li@hengli.example", "10.0.0.0/24")
    assert len(asked) == 2


def test_two_processes_share_the_count(runtime: Runtime) -> None:
    doors = [Doorkeeper(runtime.redis), Doorkeeper(runtime.redis)]
    assert tries(lambda n: wrong(doors[n % 2], "li@hengli.example", f"10.0.{n}.0/24"), 30).count(True) == 9


def test_mails_are_counted_per_address_and_per_network(door: Doorkeeper) -> None:
    for _ in range(3):
        door.admit_mail("li@hengli.example", "10.0.0.0/24")
    with pytest.raises(TooManyAttempts):
        door.admit_mail("LI@hengli.example", "10.1.0.0/24")
    for number in range(17):
        door.admit_mail(f"user{number}@x.example", "10.0.0.0/24")
    with pytest.raises(TooManyAttempts):
        door.admit_mail("another@x.example", "10.0.0.0/24")
