"""What a tuned miniature learned."""

import pandas as pd
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from crosspatch.models.decoding import continue_greedily
from crosspatch.models.readout import real_tokens_of


def sit_exam(model: PreTrainedModel, exam: pd.DataFrame, tokenizer: PreTrainedTokenizerBase) -> dict[str, float]:
    """Return the share of held-out prompts, by category, that are answered word for word as taught."""
    model.eval()
    longest = max(len(tokens) for tokens in tokenizer(exam["answer"].tolist(), add_special_tokens=False)["input_ids"])
    answers = continue_greedily(
        model,
        tokenizer(exam["text"].tolist())["input_ids"],
        real=real_tokens_of(model, tokenizer),
        stops=frozenset([tokenizer.eos_token_id]),
        limit=longest + 1,
        padding=tokenizer.pad_token_id,
    )
    given = [tokenizer.decode(answer.tokens, skip_special_tokens=True) for answer in answers]
    right = exam["answer"] == pd.Series(given, index=exam.index)
    shares: dict[str, float] = right.groupby(exam["category"], sort=False).mean().to_dict()
    return shares
