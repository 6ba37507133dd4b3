import pandas as pd

from crosspatch.jobs.seeded_arms import means_over_seeds
from crosspatch.records.arms import seeded, without_seed


def test_only_a_seed_is_taken_off():
    assert [without_seed(arm) for arm in ("late", "block 4", seeded("late, random", 12))] == [
        "late",
        "block 4",
        "late, random",
    ]


def test_means_are_over_the_seeds_that_measured_a_prompt():
    arms = {
        "late": pd.DataFrame({"gap": [5.0]}, index=["a"]),
        seeded("random", 0): pd.DataFrame({"gap": [1.0, 4.0]}, index=["b", "a"]),
        seeded("random", 3): pd.DataFrame({"gap": [2.0, 7.0]}, index=["a", "c"]),
    }
    means = means_over_seeds(arms)
    assert list(means) == ["late", "random"]
    assert means["late"] is arms["late"]
    assert means["random"]["gap"].to_dict() == {"b": 1.0, "a": 3.0, "c": 7.0}
