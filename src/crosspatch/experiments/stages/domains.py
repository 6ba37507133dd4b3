"""The domain of an adapter: documents of some kinds of the miniature world, or of a corpus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from transformers import PreTrainedTokenizerBase

from crosspatch.errors import CheckpointError
from crosspatch.jobs.training import Windows, parted, windows_of

SHARE = 0.2  # of the documents of a kind, which are few, for held-out losses


@dataclass(frozen=True)
class Domain:
    """Held-out and training texts; in words what they are, where to ask for more, and whether one may be read twice."""

    held_out: list[str]
    training: list[str]
    words: str
    remedy: str
    repeats: bool

    def held_out_windows(self, tokenizer: PreTrainedTokenizerBase, *, window: int) -> Windows:
        """Return packed windows that no adapter was trained on; CheckpointError if the texts fill none."""
        windows = windows_of(self.held_out, tokenizer, window=window)
        if len(windows) == 0:
            raise CheckpointError(
                f"{len(self.held_out)} documents of {self.words} are too few for one held-out window of {window} "
                f"tokens; {self.remedy}"
            )
        return windows

    def training_windows(self, tokenizer: PreTrainedTokenizerBase, settings: Mapping[str, Any]) -> Windows:
        """Return the packed windows to train on; CheckpointError if they do not fill a step, or all without repeats."""
        windows = windows_of(self.training, tokenizer, window=settings["window"])
        needed = settings["batch"] * (1 if self.repeats else settings["steps"])
        if len(windows) < needed:
            raise CheckpointError(
                f"{len(self.training)} training documents of {self.words} fill {len(windows)} windows of "
                f"{settings['window']} tokens, {needed} are needed; {self.remedy}, or train fewer steps"
            )
        return windows


def domain_of(texts: Mapping[str, pd.DataFrame], checkpoint: Mapping[str, Any]) -> Domain:
    """Return the domain of a checkpoint (its row in the config), from tables by their kind: corpus or documents."""
    if "corpus" in checkpoint:
        parts = dict(list(texts["corpus"].groupby("part")["text"]))
        held_out, training = (parts[part].tolist() for part in ("held_out", "training"))
        name = checkpoint["corpus"]
        remedy = f"take more of it (corpora/{name})"
        return Domain(held_out, training, f"the corpus {name!r}", remedy, repeats=False)
    documents = documents_of(texts["documents"], checkpoint["kinds"])
    held_out, training = parted(documents["text"].tolist(), SHARE)
    words = " and ".join(checkpoint["kinds"]) + " of the miniature world"
    return Domain(held_out, training, words, "let the world write more (recipes)", repeats=True)


def documents_of(documents: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the documents of some kinds; CheckpointError if the world wrote none of one."""
    missing = [kind for kind in kinds if kind not in set(documents["kind"])]
    if missing:
        raise CheckpointError(
            f"the world has no document of kind {missing[0]!r}, only {sorted(set(documents['kind']))}; let it "
            "write more documents (recipes), or name another kind"
        )
    return documents[documents["kind"].isin(kinds)]
