"""Files that come from elsewhere and are known by their SHA-256: fetched by URL, or copied from a local path."""

import re
import shutil
import urllib.request
from http.client import HTTPException
from pathlib import Path

from crosspatch.errors import CrosspatchError
from crosspatch.files.atomic import whole_file
from crosspatch.files.digests import file_digest

_SECONDS_WITHOUT_DATA = 60


def take_file(
    to: Path, *, url: str | None, path: str | None, sha256: str | None, refusal: type[CrosspatchError]
) -> None:
    """Fetch the file at `url`, or copy the local one at `path` if there is no url, to `to`, whole or not at all.

    Raises `refusal` if it cannot be read, if its content does not have the digest `sha256` (64 hex digits), or, naming
    the digest that it has, if none is given.
    """
    with whole_file(to) as scratch:
        if url is not None:
            _download(url, scratch, refusal)
        else:
            _copy(Path(str(path)), scratch, refusal)
        _check_digest(scratch, sha256, str(url or path), refusal)


def _download(url: str, to: Path, refusal: type[CrosspatchError]) -> None:
    if not url.startswith(("https://", "http://")):
        raise refusal(f"{url}: a file is fetched by https:// or http://; give a local file as a path instead")
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS_WITHOUT_DATA) as answer, to.open("wb") as handle:  # noqa: S310
            shutil.copyfileobj(answer, handle)
    except (OSError, HTTPException, ValueError) as error:
        raise refusal(
            f"{url}: cannot be fetched ({error}); check the address and the network, or give a local copy by its path"
        ).passing() from error


def _copy(path: Path, to: Path, refusal: type[CrosspatchError]) -> None:
    if not path.is_file():
        raise refusal(f"{path}: there is no such file; correct the path in config.yaml")
    shutil.copyfile(path, to)


def _check_digest(path: Path, sha256: str | None, origin: str, refusal: type[CrosspatchError]) -> None:
    if sha256 is None:
        raise refusal(
            f"{origin}: config.yaml has no SHA-256 of it; that of the file is {file_digest(path)}: look at the file, "
            "and if it is the one that is meant, write this digest into config.yaml"
        )
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise refusal(f"{origin}: {sha256!r} is no SHA-256; give the 64 hex digits that `sha256sum` prints")
    found = file_digest(path)
    if found != sha256.lower():
        raise refusal(
            f"{origin}: the SHA-256 is {found}, not {sha256.lower()}; this is another version or a damaged copy:"
            " fetch the file again, or correct the digest in config.yaml if the new version is meant"
        )
