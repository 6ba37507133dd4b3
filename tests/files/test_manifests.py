"""The authors' prompt manifest: fetched whole with its digest, read line by line."""

import hashlib
import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crosspatch.errors import PromptError
from crosspatch.files.manifests import ManifestPrompt, check_digest, fetch_manifest, read_manifest


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


class Quiet(SimpleHTTPRequestHandler):
    """A file server that does not print."""

    def log_message(self, format, *arguments):  # noqa: A002
        pass


class CutOff(BaseHTTPRequestHandler):
    """A server that promises more than it sends."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"id": "v2_SAF')

    def log_message(self, format, *arguments):  # noqa: A002
        pass


@pytest.fixture
def serve(monkeypatch):
    """Start a loopback server for a handler; returns its address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    servers = []

    def start(handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


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


def test_a_manifest_is_fetched_byte_for_byte(manifest, serve, tmp_path):
    path = manifest(line("one"), line("two"))
    address = serve(partial(Quiet, directory=tmp_path))
    fetched = tmp_path / "deep" / "fetched.jsonl"
    fetch_manifest(f"{address}/manifest.jsonl", digest(path).upper(), fetched)
    assert fetched.read_bytes() == path.read_bytes()
    assert [entry.name for entry in fetched.parent.iterdir()] == ["fetched.jsonl"]


def test_a_wrong_digest_leaves_no_file_and_keeps_the_old_one(manifest, serve, tmp_path):
    path = manifest(line("one"))
    address = serve(partial(Quiet, directory=tmp_path))
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "old.jsonl").write_text("old")
    said = rf"/manifest.jsonl: the SHA-256 is {digest(path)}, not {'0' * 64}; this is another version or a damaged copy"
    for name in ("old.jsonl", "new.jsonl"):
        with pytest.raises(PromptError, match=said):
            fetch_manifest(f"{address}/manifest.jsonl", "0" * 64, folder / name)
    assert [(entry.name, entry.read_text()) for entry in folder.iterdir()] == [("old.jsonl", "old")]


def test_a_download_cut_short_leaves_no_file(serve, tmp_path):
    with pytest.raises(PromptError, match=r"the SHA-256 is|cannot be fetched"):
        fetch_manifest(serve(CutOff), "0" * 64, tmp_path / "cut" / "new.jsonl")
    assert list((tmp_path / "cut").iterdir()) == []


def test_an_address_that_does_not_answer_with_the_file_is_refused(serve, tmp_path):
    address = serve(partial(Quiet, directory=tmp_path))
    with pytest.raises(PromptError, match=r"absent.jsonl: cannot be fetched \(HTTP Error 404.*give a local copy"):
        fetch_manifest(f"{address}/absent.jsonl", "0" * 64, tmp_path / "new.jsonl")
    with pytest.raises(PromptError, match=r"cannot be fetched \(.*check the address and the network"):
        fetch_manifest("http://127.0.0.1:1/manifest.jsonl", "0" * 64, tmp_path / "new.jsonl")


def test_an_address_that_is_no_web_address_is_refused(manifest, tmp_path):
    path = manifest(line("one"))
    with pytest.raises(PromptError, match="is fetched by https:// or http://; give a local file as a path instead"):
        fetch_manifest(path.as_uri(), digest(path), tmp_path / "new.jsonl")


def test_the_digest_of_a_local_manifest_is_checked(manifest):
    path = manifest(line("one"))
    check_digest(path, digest(path), origin="here")
    with pytest.raises(PromptError, match=f"here: the SHA-256 is {digest(path)}, not {'a' * 64}"):
        check_digest(path, "a" * 64, origin="here")
    with pytest.raises(PromptError, match="here: 'c0ffee' is no SHA-256; give the 64 hex digits"):
        check_digest(path, "c0ffee", origin="here")
