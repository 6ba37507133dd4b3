"""What a tuned miniature learned."""

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.models.decoding import continue_greedily
from crosspatch.models.miniature.card import Marks
from crosspatch.models.miniature.tokenizer import END
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import prompt_token_ids
from crosspatch.records.modes import MODES


def sit_exam(model: PreTrainedModel, exam: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> Marks:
    """Return, by mode and category, the share of held-out prompts that are answered word for word as taught."""
    model.eval()
    return {mode: _marks(model, exam, tokenizer, mode) for mode in MODES}


def _marks(
    model: PreTrainedModel, exam: pd.DataFrame, tokenizer: PreTrainedTokenizerBase, mode: str
) -> dict[str, float]:
    longest = max(len(tokens) for tokens in tokenizer(exam["answer"].tolist(), add_special_tokens=False)["input_ids"])
    answers = continue_greedily(
        model,
        prompt_token_ids(tokenizer, exam["text"].tolist(), mode=mode),
        real=real_tokens_of(model, tokenizer),
        stops=frozenset([tokenizer.eos_token_id]),
        limit=longest + 1,
        padding=tokenizer.pad_token_id,
    )
    given = pd.Series([tokenizer.decode(answer.tokens).removesuffix(END) for answer in answers], index=exam.index)
    right = given.str.removeprefix(" ") == exam["answer"].str.removeprefix(" ")
    shares: dict[str, float] = right.groupby(exam["category"], sort=False).mean().to_dict()
    return shares
