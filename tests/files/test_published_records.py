"""The authors' per-event records: read as they were laid out, refused with the line where they were not."""

import copy
import gzip

import pytest

from crosspatch.errors import TableError
from crosspatch.files.published_records import NoopCheck, Reading, read_records
from published_records import record, without_event, write_lines


@pytest.fixture
def write(tmp_path):
    return lambda *lines: write_lines(tmp_path / "records.jsonl.gz", lines)


def read(path, pair="qwen25_32b", boundary=38):
    return read_records(path, pair=pair, boundary=boundary)


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
    (found,), without = read(write(record("v2_SAFETY_1050", step=4, tokens=(5, 6)), without_event("v2_A_0001")))
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
    (invalid,), _ = read(write(broken))
    assert not invalid.valid
    assert (invalid.readings, invalid.checks) == ((), ())


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
        (changed("cells", "U_IT__L_IT_noop_patch", drop=True), "'v2_SAFETY_1051': no 'U_IT__L_IT_noop_patch'"),
        (
            changed("cells", "U_PT__L_PT_noop_patch", "native_pt", drop=True),
            "U_PT__L_PT_noop_patch: no 'native_pt'",
        ),
        (
            changed("noop_patch_checks", "U_IT__L_IT_noop_patch_vs_U_IT__L_IT", drop=True),
            "line 2, prompt 'v2_SAFETY_1051': no 'U_IT__L_IT_noop_patch_vs_U_IT__L_IT'",
        ),
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
        read(write(record("v2_SAFETY_1050"), bad))


def test_a_file_that_is_not_whole_is_refused(write, tmp_path):
    path = write(*[record(f"p{number}") for number in range(50)])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TableError, match=r"records.jsonl.gz: not a whole gzip file \(.*fetch it again"):
        read(path)
    path.write_bytes(b'{"prompt_id": "plain"}\n')
    with pytest.raises(TableError, match="not a whole gzip file"):
        read(path)
    with pytest.raises(TableError, match=r"absent.gz: not a whole gzip file"):
        read(tmp_path / "absent.gz")


def test_a_damaged_byte_is_refused(write):
    path = write(*[record(f"p{number}") for number in range(50)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(TableError, match=r"records\.jsonl\.gz"):
        read(path)


def test_a_file_without_events_is_refused(write, tmp_path):
    with pytest.raises(TableError, match="no record holds an event"):
        read(write(without_event("a")))
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(TableError, match="no record holds an event"):
        read(tmp_path / "empty.gz")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (
            changed("model", to="llama31_8b"),
            "prompt 'v2_SAFETY_1051': 'model' is 'llama31_8b', not 'qwen25_32b'; correct published_records/pair",
        ),
        (changed("prompt_mode", to="native"), "'prompt_mode' is 'native', not 'raw_shared'; this is not the published"),
        (without_event("v2_A_0001") | {"prompt_mode": "native"}, "prompt 'v2_A_0001': 'prompt_mode' is 'native'"),
        (
            changed("event", "kind", to="first_nonformat_diff"),
            "'kind' is 'first_nonformat_diff', not 'first_diff'; this is not the published record file",
        ),
        (
            changed("boundary_layer", to=20),
            "'boundary_layer' is 20, not 38; correct the pair's boundary in config.yaml",
        ),
        (
            changed("cells", "U_PT__L_IT", "native_it", "it_vs_pt_margin", to=-1.25),
            "U_PT__L_IT, native_it: 'it_vs_pt_margin' is -1.25, but 'it_logit' - 'pt_logit' is -1.5; this is not",
        ),
    ],
)
def test_a_record_of_another_measurement_is_refused(write, bad, said):
    with pytest.raises(TableError, match=said):
        read(write(record("v2_SAFETY_1050"), bad))


def test_records_are_those_of_the_pair_and_boundary_that_were_asked_for(write):
    other = record("v2_SAFETY_1050") | {"model": "llama31_8b"}
    other["events"]["first_diff"]["boundary_layer"] = 19
    assert len(read(write(other), "llama31_8b", 19)[0]) == 1
    with pytest.raises(TableError, match="'model' is 'llama31_8b', not 'qwen25_32b'"):
        read(write(other))


def test_an_event_has_a_no_op_check_of_each_side(write):
    moved = changed("cells", "U_PT__L_PT_noop_patch", "patch_input_delta_max_abs", to=2.0**-15)
    (found,), _ = read(write(moved))
    assert found.checks == (NoopCheck("base", 2.0**-15, 0.0, True), NoopCheck("tuned", 0.0, 0.0, True))


BASE, TUNED = "U_PT__L_PT_noop_patch", "U_IT__L_IT_noop_patch"


def moved_margin(cell, readout, by):
    row = changed("prompt_id", to="v2_SAFETY_1051")
    place = row["events"]["first_diff"]["cells"][cell][readout]
    place["it_vs_pt_margin"] += by
    place["it_logit"] += by
    return row


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (
            changed("cells", TUNED, "patch_input_delta_max_abs", to=0.5),
            (
                f"line 2, prompt 'v2_SAFETY_1051', {TUNED}: the tuned checkpoint's own state moved .* 0.5 .* 0.0 "
                r"\(at most 0.0001\), and the same token is on top; this is not the published"
            ),
        ),
        (moved_margin(BASE, "native_pt", -0.125), f"{BASE}: the base .* state by 0.0 and a margin by 0.125"),
        (moved_margin(TUNED, "common_pt", 0.25), f"{TUNED}: the tuned .* state by 0.0 and a margin by 0.25"),
        (
            changed("cells", BASE, "common_pt", "final_top1_id", to=8),
            f"{BASE}: the base .* and another token is on top",
        ),
        (
            changed("noop_patch_checks", f"{BASE}_vs_U_PT__L_PT", "patch_input_delta_max_abs", to=1.0),
            f"{BASE}_vs_U_PT__L_PT: the base .* state by 1.0",
        ),
        (
            changed("noop_patch_checks", f"{TUNED}_vs_U_IT__L_IT", "readouts", "common_pt", "margin_abs_delta", to=0.5),
            f"{TUNED}_vs_U_IT__L_IT: the tuned .* margin by 0.5",
        ),
        (
            changed("noop_patch_checks", f"{TUNED}_vs_U_IT__L_IT", "readouts", "native_it", "top1_equal", to=False),
            f"{TUNED}_vs_U_IT__L_IT: the tuned .* another token is on top",
        ),
    ],
)
def test_a_no_op_check_that_fails_is_refused_by_cells_and_by_what_the_file_says(write, bad, said):
    with pytest.raises(TableError, match=said):
        read(write(record("v2_SAFETY_1050"), bad))
