"""What the studies of config.yaml are, beside being accepted."""

from pathlib import Path

import pytest
import yaml

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))


def test_the_papers_study_is_there_for_its_authors_prompts_too():
    paper, authors = (dict(CONFIG["studies"][name]) for name in ("paper", "authors_prompts"))
    assert CONFIG["prompt_sets"][authors.pop("prompt_set")]["source"] == "manifest"
    assert authors.pop("caveat") != paper.pop("caveat")
    assert paper.pop("prompt_set") == "headline"
    assert authors == paper


def test_the_published_means_are_over_the_pairs_that_the_paper_study_names():
    assert CONFIG["studies"]["paper"]["claims"]["pairs"] == CONFIG["studies"]["paper"]["pairs"]


@pytest.mark.parametrize("study", CONFIG["studies"])
def test_the_mean_of_a_shipped_study_is_over_pairs_of_one_base_or_of_as_many_bases(study):
    bases = [CONFIG["pairs"][pair]["base"] for pair in CONFIG["studies"][study]["pairs"]]
    assert len(set(bases)) in (1, len(bases))
