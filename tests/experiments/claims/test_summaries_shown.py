"""The audit of the summaries stands beside the published numbers, every one of which it finds again."""

from itertools import chain
from pathlib import Path

import pytest

from crosspatch.errors import TableError
from crosspatch.experiments.claims.audit_published_summaries import main
from crosspatch.experiments.claims.table_audit_summaries import SECTIONS, SPEC, table_audit_summaries
from crosspatch.figures.rendering import render
from crosspatch.files.published import read_published
from crosspatch.files.tables import read_table
from published_summaries import control, effect, gaps, prompt, write_effects, write_json

DENSE = ("gemma3_4b", "qwen3_4b", "llama31_8b", "mistral_7b", "olmo2_7b")
ALL = (*DENSE, "deepseek_v2_lite")
WINDOWS = (
    *("prelate_half", "late_full", "late_front_half", "late_center_half", "late_terminal_half", "terminal_quarter"),
)
REGIONS, SIDES = ("final_20pct", "graft_window"), ("it_graft_into_pt", "pt_swap_into_it")
GRAFT = "graft of MLPs, late window, gap of the final fifth, raw lens"


@pytest.fixture(scope="module")
def summaries(tmp_path_factory):
    """Audit files of all families: the graft in the late window is 1, 2, .. 5 tenths, negative for two of them."""
    folder = tmp_path_factory.mktemp("summaries")
    signs = dict(zip(DENSE, (1, 2, -3, 4, -5), strict=True))
    prompts = {
        family: {"a": prompt(late=0.2, random=[0.0]), "b": prompt(late=0.4, random=[0.0])} for family in DENSE
    }  # of another sign nowhere
    curves = {
        lens: {family: ([1.0] * depth, [1.5] * (depth - 1) + [1.0]) for depth, family in enumerate(ALL, start=10)}
        for lens in ("raw", "tuned")
    }
    effects = [
        effect(family, sign / 10 if side == SIDES[0] else -1.0, side=side, window=window, region=region)
        for family, sign in signs.items()
        for window in WINDOWS
        for side in SIDES
        for region in REGIONS
    ]
    main(
        random_control=write_json(folder / "control", control(prompts)),
        gap_by_block=write_json(folder / "gaps", gaps(curves)),
        window_effects=write_effects(folder / "effects", effects),
        summaries=folder / "summaries.parquet",
        seed=1,
        settings={"draws": 200, "level": 0.95},
        provenance={},
    )
    return read_table(folder / "summaries.parquet", "audited_summaries")


@pytest.fixture(scope="module")
def published():
    return read_published(Path("data/published/convergence_gap.csv"))


def test_every_published_number_that_the_audit_regenerates_is_found_again(summaries, published):
    places = list(chain(*SECTIONS.values()))
    named = published[published["rule"] == "audit_published_summaries"]
    assert set(named["section"]) == set(places)
    held = set(zip(summaries["quantity"], summaries["family"], strict=True))
    assert {(row.quantity, row.family) for row in named.itertuples()} <= held
    of_places = published[published["section"].isin(places)]
    assert {(row.quantity, row.family) for row in of_places.itertuples()} <= held


def test_the_table_puts_the_published_number_beside_ours_and_names_families_of_the_other_sign(summaries, published):
    table = table_audit_summaries(summaries, published)
    row = table[table["quantity"] == GRAFT].iloc[0]
    assert row[["source", "family", "method", "other_sign", "n"]].tolist() == [
        *("windows", "mean over five families", "family", "gemma3_4b, qwen3_4b, mistral_7b", 5),
    ]
    assert (row["again"], row["published"], row["published_low"]) == (pytest.approx(-0.02), 0.07, -0.048)
    heap = table[(table["family"] == "five families in one heap") & table["quantity"].str.startswith("graft of late")]
    assert heap[["again", "published"]].to_numpy().tolist()[0] == pytest.approx([0.3, 0.327])
    own = table[(table["quantity"] == "gap of the final half, raw lens") & (table["family"] == "olmo2_7b")].iloc[0]
    assert (own["again"], own["published"]) == (pytest.approx(3 / 7), 0.416662)  # 14 blocks, the last one's gap is 0
    assert table.loc[table["source"] == "windows", "family"].eq("mean over five families").all()
    counted = table[table["unit"] == "families"]
    assert counted[["again", "other_sign", "published"]].isna().sum().tolist() == [0, 6, 6]  # none, and never published


def test_the_printed_table_says_what_was_resampled_and_where_nothing_was(summaries, published):
    markdown = render(table_audit_summaries(summaries, published), SPEC)["markdown"]
    (line,) = [line for line in markdown.splitlines() if GRAFT in line]
    assert "| family " in line
    assert "gemma3_4b, qwen3_4b, mistral_7b" in line
    assert "with 95% intervals" in markdown.splitlines()[0]
    assert "0.07 [-0.048, 0.189]" in line


def test_what_is_missing_is_named(summaries, published):
    with pytest.raises(
        TableError, match=r"table audit_summaries: the table has no rows; audit the published summaries"
    ):
        table_audit_summaries(summaries.iloc[:0], published)
    with pytest.raises(TableError, match="no number of the audit is in data/published; its words have changed"):
        table_audit_summaries(summaries, published.assign(quantity="other " + published["quantity"]))
