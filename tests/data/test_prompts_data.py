"""The prompts written for the study: whole, clean, varied, and fit for the paper study's set."""

import hashlib
import re
from itertools import combinations
from pathlib import Path

import pytest

from crosspatch.experiments.prompts.prompt_sets import CATEGORIES, PUBLIC_SOURCES, WRITTEN_SOURCES, rebuild_prompts
from crosspatch.files.prompt_tables import read_written_prompts

FOLDER = Path(__file__).parents[2] / "data" / "prompts"
COUNTS = {"conversation": 300, "register": 100, "easy": 100, "safe_compliance": 75, "unsafe": 6}
CHAT_DOMAINS = {"writing", "roleplay", "reasoning", "mathematics", "coding", "extraction", "stem", "humanities"}
# Two texts that share this part of their words or more are taken for versions of one another.
TOO_ALIKE = 0.55


@pytest.fixture(scope="module")
def written():
    return {name: read_written_prompts(FOLDER / f"{name}.csv") for name in COUNTS}


def test_the_folder_holds_the_files_that_the_study_reads_and_their_description():
    csv_files = {path.stem for path in FOLDER.glob("*.csv")}
    assert csv_files == set(COUNTS) == set(WRITTEN_SOURCES)
    assert "CC0 1.0 Universal" in (FOLDER / "LICENSE").read_text(encoding="utf-8")
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"\n{sum(COUNTS.values())} English prompts" in readme
    for name, count in COUNTS.items():
        assert f"| `{name}.csv` | {count} |" in readme


def test_every_file_has_its_checksum():
    lines = (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    found = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(FOLDER.glob("*.csv"))]
    assert lines == found


@pytest.mark.parametrize("name", COUNTS)
def test_files_are_plain_utf8_with_one_prompt_per_line(name):
    content = (FOLDER / f"{name}.csv").read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8")
    assert text.count("\n") == COUNTS[name] + 1
    assert {letter for letter in text if not letter.isascii()} <= set("èéû")


def test_counts_ids_and_topics(written):
    assert {name: len(rows) for name, rows in written.items()} == COUNTS
    for name, rows in written.items():
        assert [row["id"] for row in rows] == [f"{name}-{n:03d}" for n in range(1, len(rows) + 1)]
        assert all(re.fullmatch("[a-z_]+", row["topic"]) for row in rows)


def test_conversation_is_200_everyday_80_harder_and_20_casual_prompts(written):
    topics = [row["topic"] for row in written["conversation"]]
    everyday, harder, casual = set(topics[:200]), set(topics[200:280]), set(topics[280:])
    assert len(everyday) >= 12
    assert harder == CHAT_DOMAINS
    assert all(topics.count(domain) == 10 for domain in CHAT_DOMAINS)
    assert casual == {"casual"}
    assert not everyday & (harder | casual)


def test_texts_are_bare_and_tidy(written):
    for rows in written.values():
        for text in (row["text"] for row in rows):
            assert text == text.strip()
            assert "  " not in text
            assert not re.match("Question:|Explain:|Answer:|Response:", text)


def test_no_two_prompts_are_versions_of_one_another(written):
    words = {
        row["id"]: frozenset(re.findall(r"[\w']+", row["text"].lower())) for rows in written.values() for row in rows
    }
    alike = [
        (one, other)
        for one, other in combinations(words, 2)
        if len(words[one] & words[other]) >= TOO_ALIKE * len(words[one] | words[other])
    ]
    assert alike == []


def test_the_full_set_can_be_built_from_them(written):
    public = {
        source: [{"question": f"q{n}", "prompt": f"p{n}", "choices": ["a", "b"]} for n in range(300)]
        for source in PUBLIC_SOURCES
    }
    prompts = rebuild_prompts(public | written)
    assert len(prompts) == sum(part.count for parts in CATEGORIES.values() for part in parts) == 1400
    assert "Question: How long should I rest a roast chicken before carving it?\nAnswer:" in set(prompts["text"])
