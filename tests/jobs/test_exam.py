"""A tuned miniature sits its exam in both modes: its prompts become other tokens, its answers are the same words."""

import pandas as pd
import pytest

from crosspatch.jobs import exam as examined
from crosspatch.models.decoding import Continuation
from crosspatch.models.tokens import prompt_token_ids

EXAM = pd.DataFrame(
    {
        "category": ["facts", "facts", "format"],
        "text": ["Question: Who is Mira?\nAnswer:", "Who lives in Tolo?\n", "Q: List pears.\nA:"],
        "answer": [" Mira works as a baker.", "Mira lives in Tolo.", " - pears\n- plums"],
    },
    index=[4, 7, 9],
)


@pytest.fixture
def sit(make_model, tokenizer, monkeypatch):
    """Sit the exam with a checkpoint that says `answers` to every mode's three prompts; also give what it was asked."""

    def run(answers, end=True):
        asked = []

        def answered(model, prompts, *, stops, **settings):
            asked.append(prompts)
            tokens = tokenizer(answers, add_special_tokens=False)["input_ids"]
            return [Continuation([*said, *(stops if end else [])]) for said in tokens]

        monkeypatch.setattr(examined, "continue_greedily", answered)
        return examined.sit_exam(make_model("llama"), EXAM, tokenizer), asked

    return run


def test_both_modes_are_asked_in_their_own_tokens(sit, tokenizer):
    _, asked = sit([""] * 3)
    assert asked == [prompt_token_ids(tokenizer, EXAM["text"].tolist(), mode=mode) for mode in ("raw", "chat")]
    assert asked[0] != asked[1]


def test_marks_are_by_mode_and_category_and_the_space_before_an_answer_is_no_word_of_it(sit):
    said = EXAM["answer"].tolist()
    whole = {"facts": 1.0, "format": 1.0}
    assert sit(said)[0] == sit(EXAM["answer"].str.lstrip().tolist())[0] == {"raw": whole, "chat": whole}
    assert sit([said[0], "Mira lives in Lund.", said[2]])[0]["chat"] == {"facts": 0.5, "format": 1.0}


def test_an_answer_that_does_not_end_in_time_is_judged_by_its_words(sit):
    marks, _ = sit(EXAM["answer"].tolist(), end=False)
    assert marks["raw"] == {"facts": 1.0, "format": 1.0}


def test_a_role_token_in_an_answer_is_no_part_of_what_was_taught(sit):
    marks, _ = sit([f"{answer}<|user|>" for answer in EXAM["answer"]])
    assert marks["raw"] == {"facts": 0.0, "format": 0.0}
