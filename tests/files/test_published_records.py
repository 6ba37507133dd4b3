"""The authors' per-event records: read as they were laid out, refused with the line where they were not."""

import copy
import gzip

import pytest

from crosspatch.errors import TableError
from crosspatch.files.published_records import Reading, read_records
from published_records import record, without_event, write_lines


@pytest.fixture
def write(tmp_path):
    return lambda *lines: write_lines(tmp_path / "records.jsonl.gz", lines)


def changed(*path, to=None, drop=False):
    row = copy.deepcopy(record("v2_SAFETY_1051"))
    place = row["events"]["first_diff"] if path[0] not in row else row
    for key in path[:-1]:
        place = place[key]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return row


def test_an_event_has_twelve_readings_with_their_sides_in_our_words(write):
    (found,), without = read_records(write(record("v2_SAFETY_1050", step=4, tokens=(5, 6)), without_event("v2_A_0001")))
    assert without == ["v2_A_0001"]
    assert (found.prompt_id, found.step, found.base_token, found.tuned_token) == ("v2_SAFETY_1050", 4, 5, 6)
    assert len(found.readings) == 12
    by_cell = {(one.upstream, one.late, one.readout): one for one in found.readings}
    margins = [by_cell[up, late, "common_tuned"].margin for up in ("base", "tuned") for late in ("base", "tuned")]
    assert margins == [-2.0, -1.0, 0.5, 3.0]
    assert by_cell["base", "tuned", "common_base"].margin == -0.75
    # The native readout is the late stack's own.
    assert by_cell["tuned", "base", "native"] == Reading("tuned", "base", "native", 20.0, 20.0, 0.0, 7, "other")
    assert by_cell["base", "base", "native"].top_class == "base"
    assert by_cell["tuned", "tuned", "native"].top_class == "tuned"


def test_the_readings_of_an_invalid_event_are_not_looked_at(write):
    broken = changed("valid", to=False)
    broken["events"]["first_diff"]["cells"] = None
    (invalid,), _ = read_records(write(broken))
    assert not invalid.valid
    assert invalid.readings == ()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('{"prompt_id": "v2', r"line 2: not JSON \(.*\); this is not the published record file, or a damaged copy"),
        ("[1, 2]", "line 2: a list instead of a JSON object"),
        ("", "line 2: not JSON"),
        (changed("prompt_id", to=None), "line 2: 'prompt_id' is None, not a word"),
        (changed("events", drop=True), r"line 2, prompt 'v2_SAFETY_1051': no 'events' \(None is no JSON object\)"),
        (changed("events", to={"other": {}}), "line 2, prompt 'v2_SAFETY_1051': no 'first_diff'"),
        (changed("valid", drop=True), "prompt 'v2_SAFETY_1051': 'valid' is None, not true or false"),
        (changed("event", "step", to="0"), "'step' is '0', not a whole number"),
        (changed("it_token_id", to=True), "'it_token_id' is True, not a whole number"),
        (changed("cells", "U_PT__L_IT", drop=True), "line 2, prompt 'v2_SAFETY_1051': no 'U_PT__L_IT'"),
        (changed("cells", "U_IT__L_PT", "native_pt", drop=True), "'v2_SAFETY_1051', U_IT__L_PT: no 'native_pt'"),
        (
            changed("cells", "U_PT__L_PT", "common_pt", "it_vs_pt_margin", to=None),
            "U_PT__L_PT, common_pt: 'it_vs_pt_margin' is None, not a finite number; this is not",
        ),
        (changed("cells", "U_PT__L_PT", "common_it", "pt_logit", to=float("nan")), "'pt_logit' is nan, not a finite"),
        (
            changed("cells", "U_PT__L_PT", "common_it", "token_choice_class", to="both"),
            r"'token_choice_class' is 'both', not one of \['it', 'other', 'pt'\]",
        ),
        (record("v2_SAFETY_1050"), "line 2: prompt 'v2_SAFETY_1050' is that of line 1"),
        (without_event("v2_SAFETY_1050"), "line 2: prompt 'v2_SAFETY_1050' is that of line 1"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(write, bad, said):
    with pytest.raises(TableError, match=said):
        read_records(write(record("v2_SAFETY_1050"), bad))


def test_a_file_that_is_not_whole_is_refused(write, tmp_path):
    path = write(*[record(f"p{number}") for number in range(50)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TableError, match=r"records.jsonl.gz: not a whole gzip file \(.*fetch it again"):
        read_records(path)
    path.write_bytes(b'{"prompt_id": "plain"}\n')
    with pytest.raises(TableError, match="not a whole gzip file"):
        read_records(path)
    with pytest.raises(TableError, match=r"absent.gz: not a whole gzip file"):
        read_records(tmp_path / "absent.gz")


def test_a_damaged_byte_is_refused(write):
    path = write(*[record(f"p{number}") for number in range(50)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(TableError, match=r"records\.jsonl\.gz"):
        read_records(path)


def test_a_file_without_events_is_refused(write, tmp_path):
    with pytest.raises(TableError, match="no record holds an event"):
        read_records(write(without_event("a")))
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(TableError, match="no record holds an event"):
        read_records(tmp_path / "empty.gz")
