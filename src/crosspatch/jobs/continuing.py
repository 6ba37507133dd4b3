"""Texts that a checkpoint goes on from by itself, in batches."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tqdm import tqdm
from transformers import PreTrainedModel

from crosspatch.jobs.batching import plan_batches
from crosspatch.models.decoding import Continuation, continue_greedily
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.vocabulary import Vocabulary


def continue_texts(
    model: PreTrainedModel,
    words: Vocabulary,
    given: Sequence[Sequence[int]],
    limit: int,
    batches: Mapping[str, Any],
    said: str,
) -> Iterator[tuple[int, Continuation]]:
    """Yield the place of each text, as token ids, and how it goes on greedily for at most `limit` tokens.

    said: on the progress bar.
    """
    real = real_tokens_of(model, words.tokenizer)
    for batch in tqdm(plan_batches([len(text) + limit for text in given], **batches), desc=said, unit="batch"):
        written = continue_greedily(
            model,
            [given[row] for row in batch],
            real=real,
            stops=words.stops,
            limit=limit,
            padding=words.tokenizer.pad_token_id or 0,
        )
        yield from zip(batch, written, strict=True)
