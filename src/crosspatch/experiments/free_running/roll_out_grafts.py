"""Continue every prompt greedily with one host while other MLPs stand in its windows (rule roll_out_grafts)."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from crosspatch.experiments.free_running.arms import grafts, random_changes
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table, write_table
from crosspatch.jobs.binding import bind
from crosspatch.jobs.rollouts import Edit, roll_out_prompts
from crosspatch.jobs.windows import blocks_of_windows
from crosspatch.models.decoding import as_it_is
from crosspatch.models.engine import engine_of, with_engine
from crosspatch.models.grafts import Mlps, load_donor, mlps_of
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.tokens import load_tokenizer, stop_token_ids
from crosspatch.records.grafts import LATE, NO_GRAFT, controlled, donated


def main(
    *,
    verified: Path,
    host: Path,
    other: Path,
    prompts: Path,
    donors: list[Path],
    rollouts: Path,
    mode: str,
    named: Mapping[str, Sequence[int]],
    united: Sequence[Sequence[str]],
    seeds: Sequence[int],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
    tokens: int,
    provenance: Mapping[str, Any],
) -> None:
    """Load the host whole, and of all donors the MLPs; write one row per prompt and arm."""
    opened, place = open_checkpoint(host), Placement(**placement)
    words, model = load_tokenizer(opened.folder), load_model(opened.folder, place)
    own = mlps_of(model)
    windows = blocks_of_windows(named, [], united, len(own))
    late = windows[LATE]
    given = _mlps_of(other, own, sorted(set().union(*windows.values())), place)
    arms: dict[str, Edit] = {NO_GRAFT: as_it_is}
    arms |= grafts(windows, given) | random_changes(LATE, late, own, given, seeds)
    for donor in donors:
        name = controlled(LATE, donated(open_checkpoint(donor).name))
        arms |= grafts({name: late}, _mlps_of(donor, own, late, place))
    ends = {"stops": stop_token_ids(words, opened.stop_tokens), "max_new_tokens": tokens}
    asked = read_table(prompts, "prompts")
    roll_out = partial(roll_out_prompts, model, words, asked, **ends, batches=batches, mode=mode)
    found = pd.concat([roll_out(edit=edit).assign(arm=arm) for arm, edit in arms.items()], ignore_index=True)
    found["text"] = words.batch_decode(found["tokens"].tolist(), skip_special_tokens=True)
    made = with_engine(provenance, engine_of(model, batches))
    write_table(found.drop(columns="prompt_tokens"), rollouts, "grafted_rollouts", made)


def _mlps_of(manifest: Path, host: Mlps, blocks: Sequence[int], place: Placement) -> Mlps:
    opened = open_checkpoint(manifest)
    return load_donor(opened.folder, opened.name, host, blocks, place)


if "snakemake" in globals():
    bind(main, globals()["snakemake"])
