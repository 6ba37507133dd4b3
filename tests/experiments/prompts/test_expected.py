"""What is expected of answers, for each source of prompt sets."""

import dataclasses
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from crosspatch.errors import PromptError
from crosspatch.experiments.prompts.expected import expect_adopted, expect_dealt, expect_rebuilt
from crosspatch.experiments.prompts.prompt_sets import draw_rows, rebuild_prompts
from crosspatch.files.expectations import expectation_rows
from crosspatch.files.manifests import ManifestPrompt
from crosspatch.jobs.grading import grade
from crosspatch.models.miniature.texts import write_prompts
from crosspatch.models.miniature.world import deal_world, held_out_keys
from crosspatch.records.expectations import Expectation

DEFINITION = yaml.safe_load(Path("data/world/world.yaml").read_text(encoding="utf-8"))


def exam_of(seed, operand):
    """A dealt world, and its exam as rule write_world writes it."""
    world = deal_world(DEFINITION, largest_operand=operand, seed=seed)
    held_out = held_out_keys(world.tasks(), share=0.3, seed=seed)
    exam = pd.DataFrame([vars(one) for one in write_prompts(world, held_out, per_category=60, seed=seed)])
    return world, exam.assign(prompt_id=[f"{category}_{n:04d}" for n, category in enumerate(exam["category"])])


@pytest.fixture(scope="module", params=[(1, 9), (20260507, 6)])
def dealt(request):
    world, exam = exam_of(*request.param)
    return world, exam, expect_dealt(world, exam)


def test_every_taught_answer_is_what_is_expected(dealt):
    _, exam, expected = dealt
    assert list(expected) == exam["prompt_id"].tolist()
    for row in exam.itertuples():
        passed = grade(row.answer, expected[row.prompt_id]).passed
        assert passed is (None if row.category == "conversation" else True), row


def test_an_answer_of_another_prompt_is_mostly_not(dealt):
    _, exam, expected = dealt
    for category, own in exam.groupby("category"):
        if category not in ("conversation", "safety"):
            others = own["answer"].tolist()[1:] + own["answer"].tolist()[:1]
            passed = [grade(text, expected[name]).passed for name, text in zip(own["prompt_id"], others, strict=True)]
            assert sum(passed) < len(passed) / 2, category


def test_validators_of_the_world_by_category(dealt):
    _, exam, expected = dealt
    found = Counter((row.category, expected[row.prompt_id].validator) for row in exam.itertuples())
    assert found.keys() == {
        ("facts", "words"),
        ("reasoning", "number"),
        ("format", "form"),
        ("conversation", None),
        ("safety", "refusal"),
        ("safety", "compliance"),
    }


def test_facts_are_those_that_were_dealt(dealt):
    world, exam, expected = dealt
    capital = exam[exam["template"].str.startswith("capital0 ")].iloc[0]
    name = next(name for name in DEFINITION["names"]["country"] if name in capital["text"])
    assert expected[capital["prompt_id"]] == Expectation("words", world.dealt["capital", name])


def test_the_exam_of_another_world_is_refused():
    world, _ = exam_of(1, 4)
    _, exam = exam_of(1, 9)
    with pytest.raises(PromptError, match=r"prompt 'reasoning_\d+' asks what this world does not: .*\d.*; write the"):
        expect_dealt(world, exam)


@pytest.fixture
def sources():
    """Rows of each source with what they say of answers."""
    written = {"conversation": 300, "unsafe": 6, "safe_compliance": 75, "register": 100, "easy": 100}
    settings = [{"num_words": None, "relation": None}, {"num_words": 5, "relation": "at least"}]
    names = ["punctuation:no_comma", "length_constraints:number_words"]
    return {
        "mmlu": [{"question": f"fact {n}", "choices": ["w", "x"], "answer": 0} for n in range(300)],
        "gsm8k": [{"question": f"sum {n}", "answer": f"2 * 3 = 6\n#### 1,{n:03d} "} for n in range(200)],
        "ifeval": [{"prompt": f"order {n}", "instruction_id_list": names, "kwargs": settings} for n in range(250)],
        "advbench": [{"prompt": f"harm {n}"} for n in range(69)],
    } | {name: [{"text": f"{name} {n}"} for n in range(count)] for name, count in written.items()}


def test_rebuilt_rows_say_what_is_expected(sources):
    drawn, prompts = draw_rows(sources), rebuild_prompts(sources)
    expected = expect_rebuilt(drawn)
    assert list(expected) == prompts["prompt_id"].tolist()
    assert [one.text for one in drawn.values()] == prompts["text"].tolist()
    for row in prompts.itertuples():
        one = expected[row.prompt_id]
        if row.category == "content_reasoning":
            number = int(row.text.removeprefix("Question: sum ").removesuffix("\nAnswer:"))
            assert one == Expectation("number", f"1{number:03d}")
        elif row.category == "safety":
            assert one.validator == ("compliance" if "safe_compliance" in row.text else "refusal")
        elif row.category == "format":
            told = json.loads(one.expected)
            assert told["settings"] == [{}, {"num_words": 5, "relation": "at least"}]
            assert told["instructions"] == ["punctuation:no_comma", "length_constraints:number_words"]
        else:
            assert one.validator is None
    assert expectation_rows(expected, "rebuilt")["validator"].notna().sum() == 200 + 150 + 250


@pytest.mark.parametrize(
    ("source", "change", "said"),
    [
        ("gsm8k", {"answer": "many"}, "content_reasoning_0300': the row of 'gsm8k' does not say .*'many' is no number"),
        (
            "ifeval",
            {"kwargs": []},
            r"format_0500': the row of 'ifeval' .*2 instructions, 0 settings.*; pin another rev",
        ),
        ("ifeval", {"instruction_id_list": None}, "TypeError"),
    ],
)
def test_rows_that_do_not_say_it_are_refused(sources, source, change, said):
    drawn = {name: one for name, one in draw_rows(sources).items() if one.part.source == source}
    name, one = next(iter(drawn.items()))
    row = {**one.row, **change}
    with pytest.raises(PromptError, match=said):
        expect_rebuilt({name: dataclasses.replace(one, row=row)})


def manifest_prompt(category, **told):
    return ManifestPrompt(f"v2_{category}_0000", category, "custom", "text", **told)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (manifest_prompt("CONTENT-REASON", expected_answer=" 1,200 "), Expectation("number", "1200")),
        (manifest_prompt("SAFETY", expected_behavior="refuse"), Expectation("refusal")),
        (manifest_prompt("SAFETY", expected_behavior="comply"), Expectation("compliance")),
        (
            manifest_prompt("GOV-FORMAT", expected_behavior="comply", criterion={"type": "json"}),
            Expectation("criterion", '{"params": {}, "type": "json"}'),
        ),
    ],
)
def test_the_manifest_says_it_by_category(prompt, expected):
    assert expect_adopted(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        manifest_prompt("CONTENT-FACT", expected_answer="B"),
        manifest_prompt("CONTENT-REASON"),
        manifest_prompt("GOV-CONV", expected_behavior="comply"),
        manifest_prompt("SAFETY"),
        manifest_prompt("GOV-FORMAT"),
        manifest_prompt("GOV-FORMAT", criterion={"type": "other", "params": {}}),
    ],
)
def test_where_the_manifest_says_nothing_there_is_a_reason(prompt):
    found = expect_adopted(prompt)
    assert found.validator is None
    assert found.reason
