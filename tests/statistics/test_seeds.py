"""Seeds from words."""

from crosspatch.statistics.seeds import seed_of


def test_a_seed_is_a_hash_of_its_words():
    # printf '7\nalpha\nprompt' | sha256sum | cut -c1-12
    assert seed_of(7, "alpha", "prompt") == 0x286FC50E4CCC
    assert len({seed_of(7, "alpha"), seed_of(8, "alpha"), seed_of(7, "beta"), seed_of("alpha", 7)}) == 4
