"""Histories: a prompt in both modes and the continuation that a teacher wrote, if both checkpoints can read it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from crosspatch.errors import MeasurementError
from crosspatch.models.tokens import prompt_token_ids
from crosspatch.models.vocabulary import Vocabulary, why_not_shared
from crosspatch.records.modes import MODES, RAW
from crosspatch.records.sides import BASE, TUNED

COLUMNS = ["prompt_id", "category", "raw_prompt", "chat_prompt", "forced", "usable", "reason"]


def histories_of(
    prompts: pd.DataFrame,
    rollouts: pd.DataFrame,
    sides: Mapping[str, Vocabulary],
    *,
    mode: str,
    context: int,
) -> pd.DataFrame:
    """Return the `histories` of one teacher: a row per prompt, in the order of the prompts.

    rollouts: what the teacher wrote, in `mode`; context: tokens that both checkpoints can read. A chat prompt is always
    that of the tuned side's template, whoever reads it. CheckpointError if that side has none; MeasurementError, naming
    the prompt, if the rollouts continue other prompts.
    """
    words = {one: sides[BASE if one == RAW else TUNED].tokenizer for one in MODES}
    texts = prompts["text"].tolist()
    asked = {one: prompt_token_ids(words[one], texts, mode=one) for one in MODES}
    written = rollouts.set_index("prompt_id")
    rows = []
    for place, prompt in enumerate(prompts.itertuples()):
        own = {one: asked[one][place] for one in MODES}
        rollout = written.loc[prompt.prompt_id]
        _check_prompt(str(prompt.prompt_id), own[mode], [*map(int, rollout["prompt_tokens"])], mode)
        forced = [*map(int, rollout["tokens"])]
        failed = rollout["failure"] if isinstance(rollout["failure"], str) else None
        reason = _failure(failed) or _why_unread([*own.values()], forced, (sides[BASE], sides[TUNED]), context)
        rows.append((prompt.prompt_id, prompt.category, *own.values(), forced, reason is None, reason))
    return pd.DataFrame(rows, columns=COLUMNS)


def _check_prompt(prompt_id: str, asked: list[int], continued: list[int], mode: str) -> None:
    if continued != asked:
        raise MeasurementError(
            f"prompt {prompt_id!r}: the {mode} rollout continues {continued}, but the prompt is {asked}; "
            "the checkpoints' tokenizers or templates differ, or one changed: roll out again"
        )


def _failure(failed: str | None) -> str | None:
    return None if failed is None else f"the teacher has no rollout: {failed}"


def _why_unread(
    asked: Sequence[Sequence[int]], forced: Sequence[int], sides: tuple[Vocabulary, Vocabulary], context: int
) -> str | None:
    reason = why_not_shared({*forced, *(token for prompt in asked for token in prompt)}, sides)
    longest = max(map(len, asked)) + len(forced)
    if reason is None and longest > context:
        return f"{longest} tokens of prompt and continuation exceed the context of {context}"
    return reason
