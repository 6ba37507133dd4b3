"""Descendants, steps of a training, lineages and readings of all blocks: their studies run to the end, and show what
their tables say.
"""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from forked_jobs import LIBRARIES
from smoke_runs import Checkout, run_once

pytestmark = pytest.mark.workflow
STUDIES = ("smoke_descendants", "smoke_lineages", "smoke_gap", "smoke_grafts", "smoke_consequences")


@pytest.fixture(scope="module")
def finished(second: Checkout, shared: Path) -> Path:
    """Folder with the studies, which take the checkpoints of the smoke study that was run there before."""

    def run_studies(checkout: Checkout) -> None:
        for name in ("results", ".snakemake"):
            shutil.copytree(second.folder / name, checkout.folder / name, symlinks=True)
        with checkout.forking(LIBRARIES):
            for study in STUDIES:
                checkout.run("--quiet", "all", "--cores", "2", "--config", f"study={study}", "--", "all")

    return run_once(shared / "further", run_studies).folder


def table(folder: Path, study: str, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"results/{study}/tables/{name}.csv")


def test_checkpoints_that_the_other_study_trained_are_taken_and_not_trained_again(finished, second):
    for name in ("smoke_llama_base", "smoke_llama_tuned"):
        weights = [
            folder / f"results/smoke/checkpoints/{name}/model.safetensors" for folder in (finished, second.folder)
        ]
        assert weights[0].stat().st_mtime == weights[1].stat().st_mtime
        taken = finished / f"results/smoke_descendants/checkpoints/{name}/model.safetensors"
        assert taken.read_bytes() == weights[0].read_bytes()


def test_every_descendant_has_a_row_and_its_gates(finished):
    rows = table(finished, "smoke_descendants", "descendants")
    assert rows["n_events"].gt(0).any()
    gated = {path.parent.name for path in finished.glob("results/smoke/checkpoints/*/passed.json")}
    assert {"smoke_llama_preferring", "smoke_llama_sampled", "smoke_llama_code", "smoke_llama_low_rank"} <= gated


def test_later_steps_moved_the_weights_further(finished):
    rows = table(finished, "smoke_descendants", "updates").set_index("label")["weight_change"]
    assert 0 < rows["Llama at step 15 (smoke)"] < rows["Llama (smoke)"] < rows["Llama tuned fast (smoke)"]
    assert 0 < rows["Llama and its twin at step 10 (smoke)"] < rows["Llama and its twin (smoke)"]


@pytest.mark.parametrize(
    ("study", "figure"),
    [("smoke_descendants", "updates"), ("smoke_descendants", "along_training"), ("smoke_lineages", "lineages"),
     ("smoke_gap", "gap"), ("smoke_gap", "readers"), ("smoke_gap", "lenses"),
     ("smoke_grafts", "grafts"), ("smoke_grafts", "graft_controls"), ("smoke_grafts", "graft_regions"),
     ("smoke_grafts", "graft_blocks"), ("smoke_grafts", "free_running"), ("smoke_consequences", "continuations"),
     ("smoke_consequences", "forced_tokens"), ("smoke_consequences", "behaviour"),
     ("smoke_consequences", "closure"), ("smoke_consequences", "directions")],
)  # fmt: skip
def test_figures_are_drawn(finished, study, figure):
    drawn = pd.read_csv(finished / f"paper_figures/{study}/{figure}.csv")
    assert len(drawn)
    assert (finished / f"paper_figures/{study}/{figure}.pdf").stat().st_size > 1000


def test_the_teachers_own_reading_picks_what_it_wrote(finished):
    """In the last block, under no lens, and in the dtype in which it was decoded."""
    for pair in ("smoke_llama", "smoke_olmo2"):
        for who in ("base_raw", "tuned_raw", "tuned_chat"):
            read = pd.read_parquet(finished / f"results/smoke_gap/readings/{pair}/{who}/{who}.parquet")
            last = read[(read["block"] == read["block"].max()) & (read["lens"] == "raw")]
            assert (last["forced_rank"] == 1).mean() > 0.95, (pair, who)
            assert (last[["kl_to_final", "kl_from_final", "js_to_final"]] == 0).all(axis=None)


def test_gaps_of_the_template_and_of_raw_readings_add_up_in_a_finished_study(finished):
    gap = table(finished, "smoke_gap", "gap").set_index(["family", "compared"])["raw_gap_final_half"]
    for family in gap.index.unique("family"):
        own = gap[family]
        parts = own["tuned history, both raw"] + own["tuned history, template of tuned"]
        assert own["tuned history"] == pytest.approx(parts, abs=1e-6)


def test_the_hosts_own_mlps_move_nothing_in_a_finished_study(finished):
    for control in ("grafts", "swaps"):
        rows = pd.read_parquet(finished / f"results/smoke_grafts/estimates/controls/{control}.parquet")
        own = rows[rows["arm"].str.contains(", identity, ")]
        assert len(own)
        assert not own[["value", "low", "high"]].fillna(0).any(axis=None)
        assert rows.loc[rows["arm"] == "late, tuned history", "value"].abs().gt(0).any()


def test_free_hosts_write_their_rollouts_as_far_as_these_go(finished):
    """Without a graft, as the jobs of rollouts wrote them with fewer tokens."""
    for pair, name in (("smoke_llama", "smoke_llama"), ("smoke_olmo2", "smoke_olmo2")):
        for reader in ("base_raw", "tuned_raw", "tuned_chat"):
            side, mode = reader.split("_")
            table = pd.read_parquet(finished / f"results/smoke_grafts/free_running/{pair}/{reader}.parquet")
            own = table[table["arm"] == "no graft"].set_index("prompt_id")["tokens"]
            path = f"results/smoke_grafts/rollouts/{name}_{side}/{mode}/smoke.parquet"
            rollouts = pd.read_parquet(finished / path).set_index("prompt_id")["tokens"]
            assert own.index.tolist() == rollouts.index.tolist()
            assert all(list(own[prompt][: len(one)]) == list(one) for prompt, one in rollouts.items())


def test_the_whole_difference_at_every_position_closes_everything_in_a_finished_study(finished):
    rows = pd.read_parquet(finished / "results/smoke_consequences/estimates/controls/closure.parquet")
    whole = rows[rows["arm"].str.endswith(", full difference, all positions") & (rows["effect"] == "closure")]
    assert len(whole)
    assert (whole[["value", "low", "high"]].fillna(1.0) == 1.0).all(axis=None)
    scopes = rows.groupby("arm")["scope"].agg(set)
    assert "smoke_olmo2" not in scopes["registered, another descendant's difference"]
    assert "smoke_llama" not in scopes["boundary 5, full difference"], "it has four blocks"


def test_a_finished_study_has_nothing_left_to_do(finished):
    for study in STUDIES:
        assert Checkout(finished).run("--dry-run", "--config", f"study={study}").count("Nothing to be done") == 1
