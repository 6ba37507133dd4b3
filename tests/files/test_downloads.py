"""Files from elsewhere: whole, with their digest, or not there."""

import hashlib
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crosspatch.errors import PromptError, TableError
from crosspatch.files.downloads import take_file


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


@pytest.fixture
def original(tmp_path):
    path = tmp_path / "original.jsonl"
    path.write_bytes(b'{"id": "one"}\n' * 3)
    return path


def fetch(url, sha256, to):
    take_file(to, url=url, path=None, sha256=sha256, refusal=PromptError)


def test_a_file_is_fetched_byte_for_byte(original, serve, tmp_path):
    address = serve(partial(Quiet, directory=tmp_path))
    fetched = tmp_path / "deep" / "fetched.jsonl"
    fetch(f"{address}/original.jsonl", digest(original).upper(), fetched)
    assert fetched.read_bytes() == original.read_bytes()
    assert [entry.name for entry in fetched.parent.iterdir()] == ["fetched.jsonl"]


def test_a_wrong_digest_leaves_no_file_and_keeps_the_old_one(original, serve, tmp_path):
    address = serve(partial(Quiet, directory=tmp_path))
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "old.jsonl").write_text("old")
    said = rf"/original.jsonl: the SHA-256 is {digest(original)}, not {'0' * 64}; this is another version or a damaged"
    for name in ("old.jsonl", "new.jsonl"):
        with pytest.raises(PromptError, match=said):
            fetch(f"{address}/original.jsonl", "0" * 64, folder / name)
    assert [(entry.name, entry.read_text()) for entry in folder.iterdir()] == [("old.jsonl", "old")]


def test_a_download_cut_short_leaves_no_file(serve, tmp_path):
    with pytest.raises(PromptError, match=r"the SHA-256 is|cannot be fetched"):
        fetch(serve(CutOff), "0" * 64, tmp_path / "cut" / "new.jsonl")
    assert list((tmp_path / "cut").iterdir()) == []


def test_an_address_that_does_not_answer_with_the_file_is_refused(serve, tmp_path):
    address = serve(partial(Quiet, directory=tmp_path))
    with pytest.raises(PromptError, match=r"absent.jsonl: cannot be fetched \(HTTP Error 404.*give a local copy"):
        fetch(f"{address}/absent.jsonl", "0" * 64, tmp_path / "new.jsonl")
    with pytest.raises(PromptError, match=r"cannot be fetched \(.*check the address and the network"):
        fetch("http://127.0.0.1:1/manifest.jsonl", "0" * 64, tmp_path / "new.jsonl")


def test_an_address_that_is_no_web_address_is_refused(original, tmp_path):
    with pytest.raises(PromptError, match="is fetched by https:// or http://; give a local file as a path instead"):
        fetch(original.as_uri(), digest(original), tmp_path / "new.jsonl")


def test_a_file_whose_digest_is_not_known_is_refused_with_the_one_that_it_has(original, tmp_path):
    said = (
        rf"original.jsonl: config.yaml has no SHA-256 of it; that of the file is {digest(original)}: look at the file"
    )
    with pytest.raises(TableError, match=said):
        take_file(tmp_path / "new.jsonl", url=None, path=str(original), sha256=None, refusal=TableError)
    assert not (tmp_path / "new.jsonl").exists()


def test_a_local_file_is_copied_with_its_digest(original, tmp_path):
    def take(path, sha256, to=tmp_path / "deep" / "copy.jsonl"):
        take_file(to, url=None, path=str(path), sha256=sha256, refusal=TableError)
        return to

    assert take(original, digest(original)).read_bytes() == original.read_bytes()
    with pytest.raises(TableError, match=rf"original.jsonl: the SHA-256 is {digest(original)}, not {'a' * 64}"):
        take(original, "a" * 64, tmp_path / "other.jsonl")
    with pytest.raises(TableError, match=r"original.jsonl: 'c0ffee' is no SHA-256; give the 64 hex digits"):
        take(original, "c0ffee", tmp_path / "other.jsonl")
    with pytest.raises(TableError, match=r"absent.jsonl: there is no such file; correct the path in config.yaml"):
        take(tmp_path / "absent.jsonl", digest(original), tmp_path / "other.jsonl")
    assert not (tmp_path / "other.jsonl").exists()
