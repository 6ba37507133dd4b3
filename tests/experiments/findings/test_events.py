"""Events in words: texts, effects and controls of single events, and how the page holds them."""

import json

import numpy as np
import pandas as pd
import pytest

from crosspatch.experiments.findings.event_data import LONGEST, as_script, event_data
from crosspatch.experiments.findings.event_effects import arms_of, cell_columns, effects_elsewhere, own_effects
from crosspatch.experiments.findings.event_words import Rolled, describe_rows
from crosspatch.measures.effects import CELLS
from described_studies import ARMS, MARKUP, REASON, described_of

MARGINS = {"p0": (-1.0, 0.5, 1.0, 4.0), "p1": (-2.0, 1.0, 0.0, 2.0)}
INTERACTIONS = {"p0": 1.5, "p1": -1.0}
WORDS = {"</s>": 0, "<unk>": 1, "Hi": 2, "yes": 3, "no": 4, "so": 5}


def cells_of(margins, *, arm=None, step=3):
    rows = [
        {"prompt_id": prompt, "upstream": upstream, "late": late, "margin_float32": four[place], "readout": readout}
        for prompt, four in margins.items()
        for place, (upstream, late) in enumerate(CELLS)
        for readout in ("common_tuned", "native")
    ]
    about = {"pair": "one", "category": "facts", "template": "t", "step": step, "base_token": 3, "tuned_token": 4}
    frame = pd.DataFrame(rows).assign(**about, consistent=True)
    frame["margin_checkpoint"] = frame["margin_float32"] + 7
    top = {"top_token": 4, "base_rank": 2, "tuned_rank": 1}
    return frame.assign(**top) if arm is None else frame.assign(arm=arm)


def test_effects_and_margins_are_the_primary_ones():
    own = own_effects(cells_of(MARGINS))
    assert own["interaction"].to_dict() == INTERACTIONS
    assert own.loc["p0", "portable"] == 1.5
    assert own.loc["p1", "margins"] == list(MARGINS["p1"])


def test_arms_with_other_cells_have_their_interaction_and_arms_with_the_same_cells_a_name():
    own = own_effects(cells_of(MARGINS))
    tables = {
        "hybrids": pd.concat(
            [
                cells_of({"p0": (0, 1, 0, 2.0)}, arm="host norm"),
                cells_of({"p0": MARGINS["p0"]}, arm="tuned share 1"),
                cells_of({"p1": MARGINS["p1"]}, arm="tuned share 1", step=9),
            ]
        ),
        "depth": pd.concat([cells_of({"p0": (0, 0, 0, 5.0)}, arm="boundary 10"), cells_of(MARGINS, arm="boundary 2")]),
    }
    controls = {
        "rescaling": ("hybrids", "host norm"),
        "interpolation": ("hybrids", "tuned.*"),
        "depth": ("depth", ".*"),
    }
    found = effects_elsewhere(own, arms_of(tables, controls))
    first, second = found["p0"].columns(), found["p1"].columns()
    assert (first["boundaries"], first["boundary_interactions"]) == ([2, 10], [1.5, 5.0])
    assert (first["arms"], first["arm_interactions"]) == (["rescaling: host norm"], [1.0])
    assert first["counted_in"] == ["interpolation: tuned share 1"]
    assert (second["arms"], second["arm_steps"], second["counted_in"]) == (["interpolation: tuned share 1"], [9], [])


def test_cells_say_their_pick_and_both_ranks_in_the_order_of_the_margins():
    cells = cells_of({"p0": MARGINS["p0"]})
    cells.loc[cells["late"] == "tuned", "tuned_rank"] = 5
    columns = cell_columns(cells, CELLS)
    assert columns.loc["p0", "tuned_rank"] == [1, 5, 1, 5]
    assert columns.loc["p0", "top_token"] == [4, 4, 4, 4]


@pytest.fixture
def described(make_word_tokenizer, table_round_trip):
    """A prompt with an event, one whose rollouts agree, and one whose rollout failed."""
    tokenizer = make_word_tokenizer(WORDS, end="</s>")
    names = ["p0", "p1", "p2"]
    base = Rolled(pd.Series([[2, 3, 5], [2, 2], []], index=names), tokenizer)
    tuned = Rolled(pd.Series([[2, 4, 0], [2, 2], []], index=names), tokenizer)
    events = pd.DataFrame({"pair": "one", "prompt_id": names, "category": "facts", "source": "s", "template": "t"})
    about = {"base_text": "yes", "tuned_text": "no", "base_class": "content", "tuned_class": "function"}
    unknown = dict.fromkeys((*about, "base_gap", "tuned_gap"))
    rows = [{**about, "base_gap": 1.0, "tuned_gap": 2.0}, unknown, unknown]
    events = events.join(pd.DataFrame(rows)).assign(step=[1.0, np.nan, np.nan])
    events = events.assign(usable=[True, False, False], reason=[None, REASON, "it failed"])
    own = own_effects(cells_of({"p0": MARGINS["p0"]}))
    effects = own.join(cell_columns(cells_of({"p0": MARGINS["p0"]}), CELLS))
    prompts = pd.DataFrame({"prompt_id": names, "text": ["Q0", "Q1", "Q2"]})
    rows = describe_rows(events, prompts, (base, tuned), effects, {})
    return table_round_trip(rows.assign(boundary=2), "described_events").set_index("prompt_id")


def test_an_event_has_its_texts_and_its_numbers(described):
    row = described.loc["p0"]
    assert (row["prompt"], row["continuation"]) == ("Q0", "Hi")
    assert (row["base_went_on"], row["tuned_went_on"]) == ("so", "</s>")
    assert (row["interaction"], list(row["margins"]), row["consistent"]) == (1.5, list(MARGINS["p0"]), True)
    assert list(row["top_texts"]) == ["no"] * 4


def test_an_excluded_prompt_keeps_what_was_said_and_its_reason(described):
    agreeing, failed = described.loc["p1"], described.loc["p2"]
    assert (agreeing["reason"], agreeing["continuation"], agreeing["base_went_on"]) == (REASON, "Hi Hi", "")
    assert pd.isna(agreeing["interaction"])
    assert failed["reason"] == "it failed"
    assert pd.isna(failed["continuation"])
    assert len(failed["margins"]) == 0


def held(tables):
    return event_data(tables, {pair: pair.upper() for pair in tables})


def test_the_page_holds_a_prompt_of_several_pairs_once_and_every_number_rounded_once():
    tables = {"a": described_of("a", 10), "b": described_of("b", 10, seed=1)}
    data = held(tables)
    assert len(data["prompts"]) == 10
    assert [pair["label"] for pair in data["pairs"]] == ["A", "B"]
    place = {name: number for number, name in enumerate(data["columns"])}
    for row, (_, event) in zip(data["pairs"][1]["rows"], tables["b"].iterrows(), strict=True):
        assert data["prompts"][row[place["prompt"]]][0] == event["prompt_id"]
        if event["usable"]:
            assert row[place["effects"]][2] == float(f"{event['interaction']:.3f}")
            assert row[place["margins"]] == [float(f"{margin:.3f}") for margin in event["margins"]]
    assert data["pairs"][0]["arms"] == ARMS


def test_excluded_prompts_have_a_reason_and_no_numbers():
    row = dict(
        zip(
            held({"a": described_of("a", 5)})["columns"],
            held({"a": described_of("a", 5)})["pairs"][0]["rows"][4],
            strict=True,
        )
    )
    assert (row["reason"], row["effects"], row["step"], row["consistent"]) == (REASON, [], None, None)


def test_long_rollouts_are_cut_and_say_so():
    data = held({"a": described_of("a", 1, length=200)})
    text = dict(zip(data["columns"], data["pairs"][0]["rows"][0], strict=True))["base_went_on"]
    assert len(text) == LONGEST
    assert text.endswith("…")


def test_data_in_a_script_element_cannot_leave_it():
    said = {"text": f"{MARKUP}\N{LINE SEPARATOR}"}
    written = as_script(said)
    assert not set("<>&\N{LINE SEPARATOR}") & set(written)
    assert json.loads(written) == said
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_script(float("nan"))
