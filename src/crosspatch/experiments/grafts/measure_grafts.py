"""Compare every arm with the host as it is, prompt by prompt (rule measure_grafts)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crosspatch.experiments.grafts.effects import Grafted, graft_values
from crosspatch.experiments.grafts.windows import windows_of
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind


def main(
    *,
    readings: list[Path],
    writes: list[Path],
    choices: list[Path],
    values: list[Path],
    pair: str,
    histories: Sequence[str],
    named: Mapping[str, Sequence[int]],
    united: Sequence[Sequence[str]],
    provenance: Mapping[str, Any],
) -> None:
    """Write the values of one host after the other; inputs are those of a host's histories, then of the next one's."""
    count = len(histories)
    for place, path in enumerate(values):
        hosted = {}
        for number, history in enumerate(histories, start=place * count):
            written = read_table(writes[number], "grafted_writes")
            hosted[history] = Grafted(
                readings=read_table(readings[number], "grafted_readings"),
                writes=written,
                choices=read_table(choices[number], "grafted_choices"),
                windows=windows_of(named, united, written["block"].nunique()),
            )
        write_table(graft_values(hosted, pair), path, "control_values", provenance)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
