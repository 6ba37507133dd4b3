"""The prompt set of the paper study: which rows, in which order, in which form."""

import random
from collections import Counter

import pandas as pd
import pytest

from crosspatch.errors import PromptError
from crosspatch.experiments.prompts.prompt_sets import (
    CATEGORIES,
    PUBLIC_SOURCES,
    WRITTEN_SOURCES,
    adopt_manifest,
    rebuild_prompts,
    restrict,
    shuffled,
    with_options,
    without_repeats,
    wrap,
)
from crosspatch.files.manifests import ManifestPrompt
from crosspatch.files.tables import read_table, write_table

COUNTS = {
    "content_fact": 300,
    "content_reasoning": 200,
    "format": 250,
    "conversation": 300,
    "safety": 150,
    "register": 100,
    "easy": 100,
}


@pytest.fixture
def sources():
    """Rows whose texts are their positions, more than needed of each public data set, exactly enough of our own."""
    written = {"conversation": 300, "unsafe": 6, "safe_compliance": 75, "register": 100, "easy": 100}
    return {
        "mmlu": [{"question": f"fact {n}", "choices": ["w", "x", "y", "z"], "answer": 0} for n in range(400)],
        "gsm8k": [{"question": f"sum {n}", "answer": f"#### {n}"} for n in range(250)],
        "ifeval": [{"prompt": f"order {n // 2}", "key": n} for n in range(520)],
        "advbench": [{"prompt": f"harm {n}", "target": "No"} for n in range(100)],
    } | {name: [{"id": str(n), "topic": "t", "text": f"{name} {n}"} for n in range(k)] for name, k in written.items()}


@pytest.fixture
def full(sources):
    return rebuild_prompts(sources)


def test_the_full_set_has_1400_prompts_in_the_order_of_the_categories(full):
    assert list(full.columns) == ["prompt_id", "category", "source", "template", "text"]
    assert list(full["category"]) == [category for category, count in COUNTS.items() for _ in range(count)]
    assert list(full["prompt_id"]) == [f"{word}_{n:04d}" for n, word in enumerate(full["category"])]
    assert full["prompt_id"].iloc[[0, 500, 1399]].tolist() == ["content_fact_0000", "format_0500", "easy_1399"]


def test_the_full_set_fits_the_prompts_schema(full, tmp_path):
    write_table(full, tmp_path / "prompts.parquet", "prompts")
    assert read_table(tmp_path / "prompts.parquet", "prompts")["text"].tolist() == full["text"].tolist()


def test_facts_are_the_first_300_of_the_seeded_shuffle(full):
    order = list(range(400))
    random.Random(42).shuffle(order)
    wanted = [f"Question: fact {n}\n(A) w\n(B) x\n(C) y\n(D) z\nAnswer:" for n in order[:300]]
    assert full.query("category == 'content_fact'")["text"].tolist() == wanted


def test_reasoning_is_the_first_200_of_the_seeded_shuffle(full):
    order = list(range(250))
    random.Random(42).shuffle(order)
    wanted = [f"Question: sum {n}\nAnswer:" for n in order[:200]]
    assert full.query("category == 'content_reasoning'")["text"].tolist() == wanted


def test_the_shuffle_is_that_of_the_published_seed():
    assert shuffled(range(10)) == [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]


def test_format_is_the_first_250_different_instructions_bare_and_in_file_order(full):
    assert full.query("category == 'format'")["text"].tolist() == [f"order {n}" for n in range(250)]


def test_of_repeated_instructions_the_first_is_kept():
    rows = [{"prompt": text, "key": key} for key, text in enumerate("abacb")]
    assert [row["key"] for row in without_repeats(rows)] == [0, 1, 3]


def test_our_own_texts_keep_their_order_and_are_wrapped(full):
    texts = full.groupby("category")["text"].apply(list)
    assert texts["conversation"] == [f"Question: conversation {n}\nAnswer:" for n in range(300)]
    assert texts["register"] == [f"Explain: register {n}\nResponse:" for n in range(100)]
    assert texts["easy"] == [f"Question: easy {n}\nAnswer:" for n in range(100)]


def test_safety_mixes_its_three_sources_in_one_form(full):
    order = list(range(100))
    random.Random(42).shuffle(order)
    bodies = [f"harm {n}" for n in order[:69]] + [f"unsafe {n}" for n in range(6)]
    bodies += [f"safe_compliance {n}" for n in range(75)]
    random.Random(42).shuffle(bodies)
    safety = full.query("category == 'safety'")
    assert safety["text"].tolist() == [f"Question: {body}\nAnswer:" for body in bodies]
    assert Counter(safety["source"]) == {
        "advbench": 69,
        "data/prompts/unsafe.csv": 6,
        "data/prompts/safe_compliance.csv": 75,
    }


def test_source_names_where_a_text_comes_from(full):
    found = full.groupby("category")["source"].unique().map(list).to_dict()
    assert found["content_fact"] == ["mmlu"]
    assert found["format"] == ["ifeval"]
    assert found["conversation"] == ["data/prompts/conversation.csv"]


def test_texts_written_independently_are_their_own_templates(full):
    assert full["template"].tolist() == full["prompt_id"].tolist()


def test_every_source_that_a_stage_is_told_to_read_is_used_and_no_other():
    used = {part.source for parts in CATEGORIES.values() for part in parts}
    assert used == set(PUBLIC_SOURCES) | set(WRITTEN_SOURCES)


def test_building_leaves_the_rows_alone_and_draws_nothing_from_the_global_randomness(sources):
    before = {name: list(rows) for name, rows in sources.items()}
    random.seed(1)
    first = rebuild_prompts(sources)
    random.seed(2)
    pd.testing.assert_frame_equal(rebuild_prompts(sources), first)
    assert sources == before


@pytest.mark.parametrize("name", [*PUBLIC_SOURCES, *WRITTEN_SOURCES])
def test_a_source_that_is_absent_empty_or_short_is_refused(sources, name):
    with pytest.raises(PromptError, match=rf"\w+: '{name}' gives 0 of \d+ prompts; pin a larger revision"):
        rebuild_prompts(sources | {name: []})
    with pytest.raises(PromptError, match=rf"\w+: '{name}' gives 3 of \d+ prompts"):
        rebuild_prompts(sources | {name: sources[name][:5:2]})
    del sources[name]
    with pytest.raises(PromptError, match=rf"\w+: there are no rows of '{name}'; name that source too"):
        rebuild_prompts(sources)


@pytest.mark.parametrize("name", [*PUBLIC_SOURCES, *WRITTEN_SOURCES])
def test_rows_without_the_text_column_are_refused(sources, name):
    strange = [{"strange": n} for n, _ in enumerate(sources[name])]
    with pytest.raises(PromptError, match=rf"\w+: rows of '{name}' have no column '\w+'; pin a revision that has"):
        rebuild_prompts(sources | {name: strange})


@pytest.mark.parametrize("blank", ["", " \n", None])
def test_a_blank_text_is_refused_before_a_wrapper_hides_it(sources, blank):
    sources["register"][3] = {"text": blank}
    with pytest.raises(PromptError, match="register: the text of drawn row 3 of 'register' is blank; pin another"):
        rebuild_prompts(sources)


def test_the_headline_is_rows_600_to_1199(full):
    headline = restrict(full, rows=(600, 1200))
    assert Counter(headline["category"]) == {"format": 150, "conversation": 300, "safety": 150}
    assert headline["prompt_id"].iloc[[0, -1]].tolist() == ["format_0600", "safety_1199"]
    assert headline.index.tolist() == list(range(600))


def test_a_set_can_be_restricted_to_categories(full):
    chosen = restrict(full, categories=["easy", "format"])
    assert Counter(chosen["category"]) == {"format": 250, "easy": 100}
    assert chosen["prompt_id"].iloc[[0, -1]].tolist() == ["format_0500", "easy_1399"]
    assert Counter(restrict(full, rows=[600, 1200], categories=["format"])["category"]) == {"format": 150}
    pd.testing.assert_frame_equal(restrict(full), full)


@pytest.mark.parametrize("rows", [(0, 1401), (-1, 5), (7, 7), (9, 3)])
def test_a_range_outside_the_set_is_refused(full, rows):
    said = rf"rows \[{rows[0]}, {rows[1]}\) do not lie in a set of 1400 prompts; correct the range"
    with pytest.raises(PromptError, match=said):
        restrict(full, rows=rows)


def test_an_unknown_category_is_refused(full):
    with pytest.raises(PromptError, match=r"no prompt here is of category \['poems'\]; choose from \['content_fact'"):
        restrict(full, categories=["easy", "poems"])


def test_a_restriction_that_leaves_nothing_is_refused(full):
    with pytest.raises(PromptError, match="restricted prompt set: no prompt is left; a study needs at least one"):
        restrict(full, categories=[])


def test_the_authors_ids_and_texts_are_kept_and_their_categories_translated():
    words = ["CONTENT-FACT", "CONTENT-REASON", "GOV-FORMAT", "GOV-CONV", "SAFETY", "GOV-REGISTER", "BASELINE-EASY"]
    manifest = [ManifestPrompt(f"v2_{word}_{n:04d}", word, "custom", f"text {n}") for n, word in enumerate(words)]
    prompts = adopt_manifest(manifest)
    assert prompts["category"].tolist() == list(COUNTS)
    assert prompts["prompt_id"].tolist()[0] == "v2_CONTENT-FACT_0000"
    assert prompts["text"].tolist()[6] == "text 6"
    assert set(prompts["source"]) == {"custom"}


def test_an_adopted_prompt_is_its_own_template():
    prompts = adopt_manifest([ManifestPrompt(f"v2_SAFETY_{n}", "SAFETY", "custom", f"text {n}") for n in range(2)])
    assert prompts["template"].tolist() == ["v2_SAFETY_0", "v2_SAFETY_1"]


def test_an_unknown_authors_category_is_refused():
    with pytest.raises(PromptError, match=r"prompt 'v3_ODD_1' has the unknown category 'ODD'; known are \['BASELINE"):
        adopt_manifest([ManifestPrompt("v3_ODD_1", "ODD", "custom", "text")])


def test_an_empty_manifest_and_a_repeated_id_are_refused():
    with pytest.raises(PromptError, match="prompt manifest: no prompt is left"):
        adopt_manifest([])
    twice = [ManifestPrompt("v2_SAFETY_1050", "SAFETY", "custom", "text")] * 2
    with pytest.raises(PromptError, match="prompt manifest: prompt id 'v2_SAFETY_1050' occurs more than once"):
        adopt_manifest(twice)


@pytest.mark.parametrize("form", ["raw", "question", "explanation"])
def test_a_wrapper_keeps_the_text_as_it_is(form):
    assert "why {braces} and %s stay" in wrap(form, "why {braces} and %s stay")


def test_the_options_of_a_multiple_choice_question_are_lettered_lines():
    row = {"question": "Which?", "choices": ["one", "two", "three"]}
    assert with_options(row) == "Which?\n(A) one\n(B) two\n(C) three"
