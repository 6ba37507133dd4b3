"""Domains of adapters: which texts are held out, and which are too few."""

import pandas as pd
import pytest

from crosspatch.errors import CheckpointError
from crosspatch.experiments.stages.domains import domain_of

PARTS = ["held_out", "held_out", "support", "training", "training", "training"]
TEXTS = [f"Mira lives in Tolo and works as a baker, {place}." for place in range(6)]
CORPUS = domain_of({"corpus": pd.DataFrame({"part": PARTS, "text": TEXTS})}, {"corpus": "code"})
KINDS = domain_of({"documents": pd.DataFrame({"kind": ["code"] * 6, "text": TEXTS})}, {"kinds": ["code"]})


def test_a_corpus_says_what_is_held_out_and_what_is_trained_on():
    assert (CORPUS.held_out, CORPUS.training) == (TEXTS[:2], TEXTS[3:])


def test_of_documents_of_the_world_the_first_fifth_is_held_out():
    assert (KINDS.held_out, KINDS.training) == (TEXTS[:1], TEXTS[1:])


def test_a_corpus_is_read_once_and_documents_of_the_world_again_and_again(tokenizer):
    settings = {"window": 8, "batch": 2, "steps": 1}
    windows = len(CORPUS.training_windows(tokenizer, settings))
    needed = {**settings, "steps": windows // 2 + 1}
    said = (
        f"3 training documents of the corpus 'code' fill {windows} windows of 8 tokens, {2 * needed['steps']} are "
        r"needed; take more of it \(corpora/code\), or train fewer steps"
    )
    with pytest.raises(CheckpointError, match=said):
        CORPUS.training_windows(tokenizer, needed)
    assert len(KINDS.training_windows(tokenizer, {**settings, "steps": 999})) > 2


def test_documents_that_do_not_fill_a_step_are_refused(tokenizer):
    with pytest.raises(
        CheckpointError, match="of code of the miniature world fill 0 windows of 999 tokens, 2 are needed"
    ):
        KINDS.training_windows(tokenizer, {"window": 999, "batch": 2, "steps": 1})
