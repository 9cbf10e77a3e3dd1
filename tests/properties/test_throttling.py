"""Throttling: whatever the order of right and wrong guesses, no account and no network gets more than its number."""

from collections import Counter
from contextlib import suppress

import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from b2b_market.identity.rules import TooManyAttempts, WrongCredentials
from b2b_market.identity.service.doorkeeper import GUESSES, Doorkeeper

GUESS = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans())
MOST = GUESSES.alone.amount


@settings(max_examples=100)
@given(st.lists(GUESS, max_size=40))
def test_wrong_guesses_that_reach_the_hash_are_bounded(guesses: list[tuple[str, str, bool]]) -> None:
    door = Doorkeeper(redis.Redis(unix_socket_path="/nonexistent/socket"))
    since_right: Counter[str] = Counter()
    from_network: Counter[str] = Counter()
    for account, network, right in guesses:
        reached = False
        with suppress(WrongCredentials, TooManyAttempts), door.guess(f"{account}@x.example", network):
            reached = True
            if not right:
                raise WrongCredentials
        if not reached:
            # a refused guess was one too many for its account or its network, never a whim
            assert (
                since_right[account] + 1 > MOST or from_network[network] + 1 > MOST or _blocked(door, account, network)
            )
        elif right:
            since_right[account] = 0
        else:
            since_right[account] += 1
            from_network[network] += 1
        assert since_right[account] <= MOST
        assert from_network[network] <= MOST


def _blocked(door: Doorkeeper, account: str, network: str) -> bool:
    """Tell whether the counts themselves (which refused guesses raise too) are past their number."""
    storage, item = door._alone.storage, GUESSES.alone
    keys = [f"account:{account}@x.example", f"network:{network}"]
    return any(storage.get(item.key_for(GUESSES.name, key)) > MOST for key in keys)
