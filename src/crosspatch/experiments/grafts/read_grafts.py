"""Let a host read the histories of one teacher with other MLPs in every window (rule read_grafts)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.experiments.grafts.arms import Arm, grafts
from crosspatch.experiments.grafts.donors import controls
from crosspatch.experiments.grafts.readings import CHOSEN, READ, WRITTEN, Party, read_grafts
from crosspatch.experiments.grafts.windows import Window, windows_of
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.lens import open_reader
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.grafts import Mlps, load_donor, mlps_of
from crosspatch.models.loading import Placement
from crosspatch.records.grafts import controlled, donated


def main(
    *,
    verified: Path,
    host: Path,
    other: Path,
    host_lens: Path,
    other_lens: Path,
    histories: Path,
    donors: list[Path],
    readings: Path,
    writes: Path,
    choices: Path,
    modes: Sequence[str],
    named: Mapping[str, Sequence[int]],
    united: Sequence[Sequence[str]],
    seeds: Sequence[int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> None:
    """Load both checkpoints whole, and of further donors the MLPs; write three tables."""
    place = Placement(**placement)
    opened = (open_reader(*one, place) for one in ((host, host_lens), (other, other_lens)))
    both = [Party(reader.model, reader.lens_readout, mode) for reader, mode in zip(opened, modes, strict=True)]
    own, given = (mlps_of(party.model) for party in both)
    windows = windows_of(named, united, len(own))
    arms = grafts(windows, given)
    if seeds:
        own_windows = {name: windows[name] for name in named}
        arms += controls(own_windows, own, given, seeds)
        arms += [arm for donor in donors for arm in of_checkpoint(donor, own_windows, own, place)]
    tables = read_grafts(*both, read_table(histories, "histories"), arms, batches=batches)
    made = with_engine(provenance, engine_of(both[0].model, batches))
    write_table(tables[READ], readings, "grafted_readings", made)
    write_table(tables[WRITTEN], writes, "grafted_writes", made)
    write_table(tables[CHOSEN], choices, "grafted_choices", made)


def of_checkpoint(manifest: Path, windows: Mapping[str, Window], host: Mlps, place: Placement) -> list[Arm]:
    """Return the arms with the MLPs of another checkpoint in some windows."""
    opened = open_checkpoint(manifest)
    mlps = load_donor(opened.folder, opened.name, host, set().union(*windows.values()), place)
    return grafts({controlled(window, donated(opened.name)): own for window, own in windows.items()}, mlps)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
