"""Run both checkpoints of a pair with each other's MLPs in windows of blocks (rule graft_mlps)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.experiments.windows.grafted_passes import Host, run_grafts
from crosspatch.experiments.windows.picks import DONOR, LATE, choice_values
from crosspatch.experiments.windows.write_out import write_out_values
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.pair import open_pair
from crosspatch.jobs.windows import blocks_of_windows, terminal_window
from crosspatch.models.configs import text_config
from crosspatch.models.engine import with_engine
from crosspatch.models.grafts import load_host, load_mlps


def main(
    *,
    verified: Path,
    base: Path,
    tuned: Path,
    events: Path,
    windows: Path,
    write_out: Path,
    named: Mapping[str, Sequence[int]],
    terminal: Sequence[int],
    united: Sequence[Sequence[str]],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load each checkpoint whole in turn, the other's MLPs in main memory; write what hybrids pick and MLPs write."""
    opened = open_pair(base, tuned, read_table(events, "events"), placement, batches)
    usable, folders, place = opened.events, opened.folders, opened.place
    blocks = blocks_of_windows(named, terminal, united, text_config(folders["base"]).num_hidden_layers)
    passes = {}
    for side, folder in folders.items():
        model = load_host(folder, place)
        mlps = load_mlps(folders[DONOR[side]], set().union(*blocks.values()), place)
        passes[side] = run_grafts(Host(side, model, mlps, opened.readouts), blocks, usable, opened.batches)
        engine = opened.engine(model)
        del model, mlps
    noted = with_engine(provenance, engine)
    write_table(choice_values(passes, usable), windows, "control_values", noted)
    exchanged = [LATE, *map(terminal_window, terminal)]
    written = write_out_values(passes, blocks, list(named), exchanged, usable)
    write_table(written, write_out, "control_values", noted)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
