"""A model hub on loopback with the few endpoints that huggingface_hub uses, and the faults that real hubs have."""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

REPO = "(?:datasets/)?[^/]+/[^/]+"
ADDRESSES = {
    "repo": f"/api/(?:models/)?(?P<repo>{REPO})(?:/revision/(?P<revision>[^/]+))?",
    "tree": f"/api/(?:models/)?(?P<repo>{REPO})/tree/(?P<revision>[^/]+)(?:/(?P<name>.*))?",
    "file": f"/(?P<repo>{REPO})/resolve/(?P<revision>[^/]+)/(?P<name>.+)",
}


@dataclass
class Hub:
    """What the hub serves: {repo: {revision: {file: bytes}}}, and how it misbehaves.

    A data set's repo is called `datasets/OWNER/NAME`, as in its address.
    """

    repos: dict[str, dict[str, dict[str, bytes]]]
    gated: dict[str, int] = field(default_factory=dict)  # repo: status given to those who have no token
    cut_once: set[str] = field(default_factory=set)  # files whose first transfer breaks off half way
    false_digests: dict[str, str] = field(default_factory=dict)  # file: SHA-256 that the hub names
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, Range

    def digest(self, name: str, content: bytes) -> str:
        return self.false_digests.get(name, hashlib.sha256(content).hexdigest())


class LoopbackHub:
    """`with LoopbackHub(hub) as endpoint:` serves the hub at http://127.0.0.1:PORT."""

    def __init__(self, hub: Hub) -> None:
        handler = type("Handler", (_Handler,), {"hub": hub})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        self.hub.requests.append((self.command, path, self.headers.get("Range")))
        for kind, pattern in ADDRESSES.items():
            if found := re.fullmatch(pattern, path):
                self._answer_found(kind, with_body=with_body, **found.groupdict())
                return
        self._refuse(404, "EntryNotFound")  # telemetry and the like, which a hub may lack

    def _answer_found(
        self, kind: str, repo: str, revision: str = "main", name: str | None = None, *, with_body: bool
    ) -> None:
        refusal = self._refusal(repo, revision, None if kind == "tree" else name)
        if refusal is not None:
            self._refuse(*refusal)
        elif kind == "file":
            self._send_file(repo, revision, name, with_body=with_body)
        else:
            content = self._listing(repo, revision) if kind == "repo" else self._tree(repo, revision, name)
            self._send(200, json.dumps(content).encode(), with_body=with_body, headers={})

    def _refusal(self, repo: str, revision: str, name: str | None) -> tuple[int, str] | None:
        if repo not in self.hub.repos:
            return 404, "RepoNotFound"
        if repo in self.hub.gated and not self.headers.get("Authorization"):
            return self.hub.gated[repo], "GatedRepo"
        if revision not in self.hub.repos[repo]:
            return 404, "RevisionNotFound"
        if name is not None and name not in self.hub.repos[repo][revision]:
            return 404, "EntryNotFound"
        return None

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _listing(self, repo: str, revision: str) -> dict[str, object]:
        files = self.hub.repos[repo][revision]
        siblings = [
            {"rfilename": name, "size": len(content), **self._lfs(name, content)} for name, content in files.items()
        ]
        return {"id": repo, "sha": revision, "siblings": siblings}

    def _tree(self, repo: str, revision: str, folder: str | None) -> list[dict[str, object]]:
        """Files below a folder, or all files and the folders at the top."""
        files = self._entries(repo, revision)
        if folder:
            return [entry for entry in files if str(entry["path"]).startswith(f"{folder}/")]
        tops = sorted({top for top, slash, _ in (str(entry["path"]).partition("/") for entry in files) if slash})
        return [*files, *({"type": "directory", "path": top, "oid": top.encode().hex()} for top in tops)]

    def _entries(self, repo: str, revision: str) -> list[dict[str, object]]:
        entries = []
        for name, content in self.hub.repos[repo][revision].items():
            entry = {"type": "file", "path": name, "size": len(content), "oid": name.encode().hex()}
            if name.endswith(".safetensors"):
                entry["lfs"] = {"oid": self.hub.digest(name, content), "size": len(content), "pointerSize": 130}
            entries.append(entry)
        return entries

    def _lfs(self, name: str, content: bytes) -> dict[str, object]:
        if not name.endswith(".safetensors"):
            return {}
        return {"lfs": {"sha256": self.hub.digest(name, content), "size": len(content), "pointerSize": 130}}

    def _send_file(self, repo: str, revision: str, name: str, *, with_body: bool) -> None:
        content = self.hub.repos[repo][revision][name]
        headers = {"X-Repo-Commit": revision, "ETag": f'"{self.hub.digest(name, content)}"', "Accept-Ranges": "bytes"}
        wanted = self.headers.get("Range")
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            part = content[int(first) : int(last or len(content)) + 1]
            headers["Content-Range"] = f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"
            self._send(206, part, with_body=with_body, headers=headers)
        else:
            cut = with_body and name in self.hub.cut_once
            self.hub.cut_once -= {name} if cut else set()
            self._send(200, content, with_body=with_body, headers=headers, cut=cut)

    def _send(self, status: int, body: bytes, *, with_body: bool, headers: dict[str, str], cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
