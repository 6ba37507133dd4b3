"""A finished study's tables in one file. The same tables give the same bytes: sorted, stored as they are, undated."""

import hashlib
import json
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from crosspatch.errors import ArchiveError
from crosspatch.files.atomic import whole_file

INDEX = "archive.json"
PAGE = "provenance.md"
_REMEDY = "make it again where the study was run: snakemake results/STUDY/archive.zip"


def write_archive(path: Path, members: Mapping[str, Path], *, study: str, settings: Mapping[str, Any]) -> None:
    """Pack `members`, files by name, behind an index of study, settings and digests."""
    contents = {name: members[name].read_bytes() for name in sorted(members)}
    digests = {name: _digest(content) for name, content in contents.items()}
    index = {"study": study, "settings": dict(settings), "digests": digests}
    with whole_file(path) as scratch, zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_undated(INDEX), json.dumps(index, indent=2, sort_keys=True) + "\n")
        for name, content in contents.items():
            archive.writestr(_undated(name), content)


def read_archive(path: Path, names: Collection[str], *, study: str, settings: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the content of every member in `names`, after all of the archive has been checked.

    Raises ArchiveError, naming the first thing that is wrong, if it is damaged, is another study's, was made with other
    settings, or does not hold exactly `names` and the provenance page.
    """
    contents = _read_members(path)
    index = _read_index(path, contents)
    if index["study"] != study:
        raise ArchiveError(
            f"{path}: an archive of study {index['study']!r}, not of {study!r}; correct studies/{study}/archive"
        )
    _check_settings(path, index["settings"], _as_json(settings))
    _check_names(path, contents.keys(), {*names, INDEX, PAGE})
    for name, content in contents.items():
        if name != INDEX and index["digests"].get(name) != _digest(content):
            raise ArchiveError(f"{path}: {name} does not have the digest that the index names; {_REMEDY}")
    return {name: contents[name] for name in names}


def _read_members(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _check_member(path, member)
            names = archive.namelist()
            if len(set(names)) < len(names):
                raise ArchiveError(f"{path}: a member occurs more than once; {_REMEDY}")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise ArchiveError(f"{path}: not a whole archive ({error}); {_REMEDY}") from error


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    place = PurePosixPath(member.filename)
    if place.is_absolute() or ".." in place.parts or "\\" in member.filename:
        raise ArchiveError(f"{path}: the member {member.filename!r} points outside the study's folder; do not use it")
    if member.is_dir() or member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        raise ArchiveError(f"{path}: the member {member.filename!r} is not a plain stored file; {_REMEDY}")


def _read_index(path: Path, contents: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads(contents[INDEX])
        missing = {"study", "settings", "digests"} - index.keys()
    except (KeyError, ValueError, AttributeError) as error:
        raise ArchiveError(f"{path}: no readable {INDEX}, so no archive of a study; {_REMEDY}") from error
    if missing:
        raise ArchiveError(f"{path}: {INDEX} lacks {sorted(missing)}; {_REMEDY}")
    return index


def _check_settings(path: Path, made: object, wanted: object, place: str = "") -> None:
    if isinstance(made, dict) and isinstance(wanted, dict):
        for key in sorted(made.keys() | wanted.keys()):
            _check_settings(path, made.get(key), wanted.get(key), f"{place}/{key}")
    elif made != wanted:
        raise ArchiveError(
            f"{path}: made with {place[1:]} = {made!r}, but the config says {wanted!r}; use the config of the archive"
        )


def _check_names(path: Path, found: Collection[str], wanted: Collection[str]) -> None:
    unknown, missing = sorted(set(found) - set(wanted)), sorted(set(wanted) - set(found))
    if unknown:
        raise ArchiveError(f"{path}: the member {unknown[0]!r} is none of the study's tables; {_REMEDY}")
    if missing:
        raise ArchiveError(f"{path}: {missing[0]} is missing; {_REMEDY}")


def _undated(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.create_system, member.external_attr = 3, 0o644 << 16
    return member


def _as_json(settings: Mapping[str, Any]) -> Any:  # noqa: ANN401
    return json.loads(json.dumps(settings))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
