"""What messages tell a user to type can be typed: the rule exists, and Snakemake takes it as it is said."""

import re
from pathlib import Path

import pytest

from crosspatch.workflow.ideas import all_ideas

ROOT = Path(__file__).parents[2]
FORCED, PLAIN = re.compile(r"snakemake --forcerun (\w+)"), re.compile(r"[(`]snakemake (\w+)[)`]")
WRITTEN = [*(ROOT / "src").rglob("*.py"), ROOT / "README.md", *(ROOT / "docs").glob("*.md")]


def rules():
    """Return every rule's text by its name."""
    text = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")])
    parts = re.split(r"^ *(?:rule|checkpoint) (\w+):$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def said(pattern):
    return sorted({(name, path.name) for path in WRITTEN for name in pattern.findall(path.read_text(encoding="utf-8"))})


@pytest.mark.parametrize(("name", "where"), said(FORCED))
def test_a_rule_to_be_run_again_exists(name, where):
    assert name in rules(), where


@pytest.mark.parametrize(("name", "where"), [one for one in said(PLAIN) if one[0] not in ("again", "alone", "IDEA")])
def test_a_target_has_no_wildcards(name, where):
    if name not in all_ideas():
        assert name in rules(), where
        outputs = re.search(r"\n    output:\n(.*?)\n    \w+:", rules()[name], flags=re.DOTALL)
        assert outputs is None or "{" not in outputs[1], where
