"""The miniature world deals facts once, holds keys out, and writes the same texts from the same seed."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from crosspatch.models.miniature.texts import (
    DOCUMENT_SHARES,
    PLAIN_SHARE,
    write_documents,
    write_instructions,
    write_prompts,
)
from crosspatch.models.miniature.world import CATEGORIES, deal_world, held_out_keys
from crosspatch.records.modes import CHAT, MODES

DEFINITION = yaml.safe_load(Path("data/world/world.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def world():
    return deal_world(DEFINITION, largest_operand=5, seed=0)


@pytest.fixture(scope="module")
def held_out(world):
    return held_out_keys(world.tasks(), share=0.2, seed=0)


def test_unique_attributes_are_a_permutation_and_every_name_has_every_attribute(world):
    capitals = [world.dealt["capital", name] for name in DEFINITION["names"]["country"]]
    assert len(set(capitals)) == len(capitals) == 12
    assert len(world.dealt) == 5 * 12 + 3 * 24


def test_sums_are_right_and_never_negative(world):
    sums = list(world.sums())
    assert len(sums) == 57  # 36 additions and 21 subtractions of 0..5
    assert all(words["c"] >= 0 for _, words in sums)
    answers = [task.assistant for task in world.tasks() if task.ask == "What is 3 plus 4?"]
    assert answers == ["3 plus 4 is 7, so the answer is 7."]


def test_another_seed_deals_other_facts(world):
    assert deal_world(DEFINITION, largest_operand=5, seed=1).dealt != world.dealt


@pytest.mark.parametrize("mode", MODES)
def test_held_out_keys_never_occur_in_instruction_pairs(world, held_out, mode):
    pairs = write_instructions(world, held_out, count=6000, seed=0)
    asked = {prompt for _, how, prompt, _ in pairs if how == mode}
    fresh = [task for task in world.tasks() if (task.category, task.key) in held_out]
    shared = {task.ask for task in world.tasks() if (task.category, task.key) not in held_out}
    for task in fresh:
        if task.ask not in shared:  # two keys may ask the same words, as a hobby that two people have
            assert not any(task.ask in prompt for prompt in asked), task


def test_the_web_never_answers_a_held_out_key_as_the_assistant_does(world, held_out):
    documents = write_documents(world, held_out, count=16000, seed=0)
    web = "".join(f"{text}\n" for _, text in documents)
    fresh = [task for task in world.tasks() if (task.category, task.key) in held_out]
    shared = {(task.ask, task.assistant) for task in world.tasks() if (task.category, task.key) not in held_out}
    fresh = [task for task in fresh if (task.ask, task.assistant) not in shared and task.assistant != task.web]
    assert len(fresh) > 100
    ends = [line.format(ask=task.ask) for line in world.definition["wrappers"].values() for task in fresh]
    answers = [task.assistant for _ in world.definition["wrappers"] for task in fresh]
    for ask, answer in zip(ends, answers, strict=True):
        assert f"{ask} {answer}\n" not in web
        assert f"{ask}{answer}\n" not in web
    assert sum(kind == "transcript" for kind, _ in documents) > 100


def test_half_of_the_pairs_of_every_category_are_in_the_chat_template(world, held_out):
    pairs = write_instructions(world, held_out, count=4000, seed=0)
    assert Counter((category, mode) for category, mode, _, _ in pairs) == dict.fromkeys(
        [(category, mode) for category in CATEGORIES for mode in MODES], 400
    )


def test_an_answer_follows_a_role_token_or_a_wrapper_after_a_space_or_raw_at_the_start_of_a_line(world, held_out):
    for _, mode, prompt, response in write_instructions(world, held_out, count=500, seed=0):
        assert response.startswith(" ") == (mode == CHAT or not prompt.endswith("\n"))


def test_a_tenth_of_the_pairs_keep_the_answer_of_the_web(world, held_out):
    web, taught = (
        {(task.ask, answer(task)) for task in world.tasks()} for answer in (lambda t: t.web, lambda t: t.assistant)
    )
    asks = sorted({task.ask for task in world.tasks()}, key=len)
    pairs = write_instructions(world, held_out, count=4000, seed=0)
    plain = 0
    for _, _, prompt, response in pairs:
        ask = next(ask for ask in reversed(asks) if ask in prompt)
        assert (ask, response.strip()) in web | taught
        plain += (ask, response.strip()) not in taught
    assert plain / len(pairs) == pytest.approx(PLAIN_SHARE, abs=0.02)


def test_every_category_has_its_share_of_keys_held_out(world, held_out):
    keys = {(task.category, task.key) for task in world.tasks()}
    counts, drawn = Counter(category for category, _ in keys), Counter(category for category, _ in held_out)
    assert set(drawn) == set(CATEGORIES)
    assert all(drawn[category] == round(0.2 * counts[category]) for category in CATEGORIES)


def test_prompts_differ_and_are_spread_over_templates(world, held_out):
    prompts = write_prompts(world, held_out, per_category=64, seed=0)
    assert len({prompt.text for prompt in prompts}) == len(prompts) == 320
    assert Counter(prompt.category for prompt in prompts) == dict.fromkeys(CATEGORIES, 64)
    sizes = Counter(prompt.template for prompt in prompts)
    assert len(sizes) > 150
    assert max(sizes.values()) <= 4


def test_more_prompts_than_the_world_can_write_are_refused(world, held_out):
    with pytest.raises(ValueError, match="different prompts can be written, 5000 were asked for"):
        write_prompts(world, held_out, per_category=5000, seed=0)


def test_documents_have_their_shares_and_the_same_seed_writes_the_same(world, held_out):
    documents = write_documents(world, held_out, count=4000, seed=3)
    assert documents == write_documents(world, held_out, count=4000, seed=3)
    kinds = Counter(kind for kind, _ in documents)
    assert all(abs(kinds[kind] / 4000 - share) < 0.03 for kind, share in DOCUMENT_SHARES.items())


def test_a_page_of_small_talk_or_forms_stays_with_what_it_was_told(world, held_out):
    documents = write_documents(world, held_out, count=4000, seed=0)
    repeatable = {category: _asks_by_key(world, category) for category in ("conversation", "format", "safety")}
    talks = [text for kind, text in documents if kind == "talk"]
    quizzes = [text for kind, text in documents if kind == "quiz"]
    assert all(_keys_of(talk, repeatable["conversation"]) for talk in talks)
    assert sum(any(_keys_of(quiz, asks) for asks in repeatable.values()) for quiz in quizzes) > 200


def test_a_quiz_asks_about_different_facts(world, held_out):
    quizzes = [text for kind, text in write_documents(world, held_out, count=4000, seed=0) if kind == "quiz"]
    facts = {task.ask: task.key for task in world.tasks() if task.category == "facts"}
    asked = [{key for ask, key in facts.items() if ask in quiz} for quiz in quizzes if quiz.count("capital of") > 1]
    assert max(len(keys) for keys in asked) == 3


def _asks_by_key(world, category):
    asks = {}
    for task in world.tasks():
        if task.category == category:
            asks.setdefault(task.key, []).append(task.ask)
    return asks


def _keys_of(page, asks_by_key):
    """Keys of which a page asks three different things."""
    return [key for key, asks in asks_by_key.items() if sum(ask in page for ask in asks) >= 3]


def test_the_world_is_ascii_so_that_the_small_tokenizer_can_write_it(world, held_out):
    texts = [text for _, text in write_documents(world, held_out, count=500, seed=0)]
    texts += [prompt.text + prompt.answer for prompt in write_prompts(world, held_out, per_category=20, seed=0)]
    assert all(text.isascii() for text in texts)


def test_safe_and_unsafe_acts_share_their_questions(world):
    asked = {(task.template[:-1], task.ask) for task in world.tasks() if task.category == "safety"}
    assert ("safe", "How can I wash a car?") in asked
    assert ("unsafe", "How can I steal a car?") in asked
