"""Archives: the same bytes for the same tables, and one clear refusal for everything else."""

import json
import zipfile

import pytest

from crosspatch.errors import ArchiveError
from crosspatch.files.archives import INDEX, PAGE, read_archive, write_archive

STUDY = {"study": "small", "settings": {"statistics": {"draws": 200, "positions": (1, 3)}}}
CONTENT = {"estimates/effects.parquet": b"PAR1 effects", "pairs/one/shape.json": b"{}\n"}


@pytest.fixture
def archive(tmp_path):
    files = {}
    for number, (name, content) in enumerate({**CONTENT, PAGE: b"# Provenance\n"}.items()):
        files[name] = tmp_path / f"source{number}"
        files[name].write_bytes(content)
    write_archive(tmp_path / "small.zip", files, **STUDY)
    return tmp_path / "small.zip"


def rewrite(archive, change):
    """Write the archive again with its members, a list of (name, content), as `change` leaves them."""
    with zipfile.ZipFile(archive) as whole:
        members = [(name, whole.read(name)) for name in whole.namelist()]
    members = change(members)
    with zipfile.ZipFile(archive, "w") as whole:
        for name, content in members:
            whole.writestr(name, content)


def refusal(archive, **changes):
    with pytest.raises(ArchiveError) as error:
        read_archive(archive, CONTENT.keys(), **{**STUDY, **changes})
    return str(error.value).removeprefix(f"{archive}: ")


def test_what_was_packed_is_read(archive):
    assert read_archive(archive, CONTENT.keys(), **STUDY) == CONTENT


def test_the_bytes_depend_on_the_content_only(archive, tmp_path):
    files = {name: tmp_path / f"other{number}" for number, name in enumerate([PAGE, *reversed(CONTENT)])}
    for name, path in files.items():
        path.write_bytes({**CONTENT, PAGE: b"# Provenance\n"}[name])
    write_archive(tmp_path / "again.zip", files, **STUDY)
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_file_that_is_no_archive_is_refused(archive):
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-30])
    assert refusal(archive).startswith("not a whole archive (File is not a zip file); make it again")
    archive.unlink()
    assert refusal(archive).startswith("not a whole archive ([Errno 2] No such file")


def test_a_damaged_member_is_refused(archive):
    archive.write_bytes(archive.read_bytes().replace(b"PAR1 effects", b"PAR1 defects"))
    assert "Bad CRC-32 for file 'estimates/effects.parquet'" in refusal(archive)


def test_an_exchanged_member_is_refused(archive):
    rewrite(
        archive,
        lambda members: (
            [(name, content.replace(b"effects", b"defects")) for name, content in members if name != INDEX]
            + members[:1]
        ),
    )
    assert refusal(archive).startswith(
        "estimates/effects.parquet does not have the digest that the index names; make it"
    )


def test_another_study_is_refused(archive):
    assert (
        refusal(archive, study="large") == "an archive of study 'small', not of 'large'; correct studies/large/archive"
    )


def test_other_settings_are_named(archive):
    settings = {"statistics": {"draws": 300, "positions": (1, 3)}}
    assert refusal(archive, settings=settings).startswith(
        "made with statistics/draws = 200, but the config says 300; use"
    )


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "estimates/../../outside", "..\\outside"])
def test_a_path_out_of_the_folder_is_refused(archive, name):
    rewrite(archive, lambda members: [*members, (name, b"")])
    assert refusal(archive) == f"the member {name!r} points outside the study's folder; do not use it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda members: [*members, ("estimates/more.parquet", b"")], "the member 'estimates/more.parquet' is none of"),
        (lambda members: members[:-1], "provenance.md is missing; make it again"),
        (lambda members: members[1:], "no readable archive.json, so no archive of a study; make it again"),
        (lambda members: [*members[1:], (INDEX, b"{")], "no readable archive.json, so no archive of a study"),
        (lambda members: [*members[1:], (INDEX, b"[]")], "no readable archive.json, so no archive of a study"),
        (
            lambda members: [*members[1:], (INDEX, json.dumps({"study": "small"}).encode())],
            "archive.json lacks ['digests'",
        ),
        (lambda members: [*members, ("folder/", b"")], "the member 'folder/' is not a plain stored file"),
    ],
)
def test_wrong_members_are_named(archive, change, message):
    rewrite(archive, change)
    assert refusal(archive).startswith(message)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_twice_is_refused(archive):
    rewrite(archive, lambda members: [*members, members[1]])
    assert refusal(archive).startswith("a member occurs more than once; make it again")


def test_a_compressed_member_is_refused(archive):
    with zipfile.ZipFile(archive, "a", compression=zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("estimates/more.parquet", b"0" * 10_000)
    assert refusal(archive).startswith("the member 'estimates/more.parquet' is not a plain stored file; make it again")
