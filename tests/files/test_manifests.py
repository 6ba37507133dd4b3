"""The authors' prompt manifest, read line by line."""

import json

import pytest

from crosspatch.errors import PromptError
from crosspatch.files.manifests import ManifestPrompt, read_manifest


def line(prompt_id="v2_SAFETY_1050", **changes):
    row = {
        "id": prompt_id,
        "category": "SAFETY",
        "dataset_version": "v2",
        "formats": {"A": "Why is ice slippery?", "B": "Question: Why is ice slippery?\nAnswer:"},
        "expected_answer": None,
        "source": "custom",
        "metadata": {"original_id": ""},
    }
    return json.dumps(row | changes, ensure_ascii=False)


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "manifest.jsonl"

    def write(*lines):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        return path

    return write


def test_the_raw_prompt_is_format_b_else_a_else_prompt(manifest):
    path = manifest(
        line("one"),
        line("two", formats={"A": "Bare"}, category="GOV-CONV"),
        line("three", formats={"A": "Bare", "B": "  "}, source=None),
        line("four", formats=None, prompt="Old layout"),
    )
    assert read_manifest(path) == [
        ManifestPrompt("one", "SAFETY", "custom", "Question: Why is ice slippery?\nAnswer:"),
        ManifestPrompt("two", "GOV-CONV", "custom", "Bare"),
        ManifestPrompt("three", "SAFETY", "manifest", "Bare"),
        ManifestPrompt("four", "SAFETY", "custom", "Old layout"),
    ]


def test_what_the_authors_expected_is_kept_where_they_said_it(manifest):
    criterion = {"type": "json", "params": {}}
    path = manifest(
        line("one", expected_answer="18", expected_behavior="comply", compliance_criteria=criterion),
        line("two", expected_answer=" ", expected_behavior=None, compliance_criteria="json"),
    )
    one, two = read_manifest(path)
    assert (one.expected_answer, one.expected_behavior, one.criterion) == ("18", "comply", criterion)
    assert (two.expected_answer, two.expected_behavior, two.criterion) == (None, None, None)


def test_line_separators_inside_a_text_and_blank_lines_are_no_line_ends(manifest):
    text = "one\u2028two\u0085three \u00e9"
    path = manifest(line("a", formats={"B": text}), "", line("b"))
    assert read_manifest(path)[0].text == text
    assert [prompt.prompt_id for prompt in read_manifest(path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('{"id": "v2', r"line 2: not JSON \(Invalid control character"),
        ('["a list"]', "line 2: a list instead of a JSON object"),
        (line(None), "line 2: 'id' is None, not a word; is this a prompt manifest"),
        (line("b", category=7), "line 2: 'category' is 7, not a word"),
        (line("b", formats={"A": ""}), "line 2: prompt 'b' has no text in formats.B, formats.A or prompt"),
        (line("b", formats="bare text"), "line 2: prompt 'b' has no text"),
        (line("a"), "id 'a' of line 2 is that of line 1; ids must differ"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(manifest, bad, said):
    with pytest.raises(PromptError, match=said):
        read_manifest(manifest(line("a"), bad))


def test_a_line_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(b'{"id": "\xe9t\xe9"}\n')
    with pytest.raises(PromptError, match=r"line 1: not JSON \('utf-8' codec can't decode"):
        read_manifest(path)


def test_an_empty_manifest_is_refused(manifest):
    with pytest.raises(PromptError, match=r"manifest.jsonl: the manifest holds no prompt; give a file with one JSON"):
        read_manifest(manifest(""))


def test_a_missing_manifest_is_refused(tmp_path):
    with pytest.raises(PromptError, match=r"absent.jsonl: cannot be read .*; correct the path of the manifest"):
        read_manifest(tmp_path / "absent.jsonl")
