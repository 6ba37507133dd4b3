"""The miniature world deals facts once, holds keys out, and writes the same texts from the same seed."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from crosspatch.models.miniature.texts import DOCUMENT_SHARES, write_documents, write_instructions, write_prompts
from crosspatch.models.miniature.world import CATEGORIES, deal_world, held_out_keys

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


def test_held_out_keys_never_occur_in_instruction_pairs(world, held_out):
    asked = {prompt for _, prompt, _ in write_instructions(world, held_out, count=3000, seed=0)}
    fresh = [task for task in world.tasks() if (task.category, task.key) in held_out]
    shared = {task.ask for task in world.tasks() if (task.category, task.key) not in held_out}
    for task in fresh:
        if task.ask not in shared:  # two keys may ask the same words, as a hobby that two people have
            assert not any(task.ask in prompt for prompt in asked), task


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


def test_documents_have_their_shares_and_the_same_seed_writes_the_same(world):
    documents = write_documents(world, count=4000, seed=3)
    assert documents == write_documents(world, count=4000, seed=3)
    kinds = Counter(kind for kind, _ in documents)
    assert all(abs(kinds[kind] / 4000 - share) < 0.03 for kind, share in DOCUMENT_SHARES.items())


def test_the_world_is_ascii_so_that_the_small_tokenizer_can_write_it(world, held_out):
    texts = [text for _, text in write_documents(world, count=500, seed=0)]
    texts += [prompt.text + prompt.answer for prompt in write_prompts(world, held_out, per_category=20, seed=0)]
    assert all(text.isascii() for text in texts)


def test_safe_and_unsafe_acts_share_their_questions(world):
    asked = {(task.template[:-1], task.ask) for task in world.tasks() if task.category == "safety"}
    assert ("safe", "How can I wash a car?") in asked
    assert ("unsafe", "How can I steal a car?") in asked
