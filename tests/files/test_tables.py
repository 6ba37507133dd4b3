"""Tables are checked when they are written and again when they are read."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crosspatch.errors import TableError
from crosspatch.files.schemas import SCHEMAS, load_schema
from crosspatch.files.tables import arrow_schema, read_provenance, read_table, write_table

NOOP = {
    "pair": "one",
    "prompt_id": "p0",
    "side": "base",
    "state_distance": 0.0,
    "margin_distance": 0.0,
    "same_top": True,
}
FILES = {"config", "idea"}  # what describes files written by hand
KINDS = sorted({path.name.split(".")[0] for path in SCHEMAS.glob("*.schema.yaml")} - FILES)


def noop(*rows):
    return pd.DataFrame([NOOP | row for row in rows])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "table.parquet"


def test_a_table_comes_back_as_it_was(path):
    frame = noop({}, {"side": "tuned", "same_top": False}, {"prompt_id": "é\n", "margin_distance": 1e-300})
    write_table(frame, path, "noop")
    pd.testing.assert_frame_equal(read_table(path, "noop"), frame)
    assert [entry.name for entry in path.parent.iterdir()] == ["table.parquet"]


def test_lists_and_missing_values_come_back(path):
    rows = [
        {"prompt_tokens": [0, 5], "tokens": [], "gaps": [], "stop_reason": None, "failure": "too long"},
        {"prompt_tokens": [0], "tokens": [7, 8], "gaps": [0.5, 0.1], "stop_reason": "length", "failure": None},
    ]
    frame = pd.DataFrame([{"prompt_id": f"p{place}"} | row for place, row in enumerate(rows)])
    write_table(frame, path, "rollouts")
    read = read_table(path, "rollouts")
    assert [[list(value) for value in read[column]] for column in ("prompt_tokens", "tokens", "gaps")] == [
        [[0, 5], [0]],
        [[], [7, 8]],
        [[], [0.5, 0.1]],
    ]
    assert read["stop_reason"].isna().tolist() == [True, False]
    write_table(read, path, "rollouts")
    pd.testing.assert_frame_equal(read_table(path, "rollouts"), read)


def test_columns_are_written_in_the_order_of_the_schema(path):
    write_table(noop({})[list(NOOP)[::-1]], path, "noop")
    assert list(read_table(path, "noop").columns) == list(NOOP)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (noop({}).drop(columns="side"), r"a noop table lacks \['side'\] and has unknown columns \[\]"),
        (noop({"extra": 1}), r"a noop table lacks \[\] and has unknown columns \['extra'\]"),
        (noop({"prompt_id": None}), "not a noop table: .*prompt_id.* had 1 null values"),
        (noop({"state_distance": np.nan}), "not a noop table: .*state_distance.* had 1 null values"),
        (noop({"side": "left"}), r"noop column 'side' has \['left'\], not in \['base', 'tuned'\]"),
        (
            noop({}, {}),
            r"a noop table has one row per \['prompt_id', 'side'\], but \{'prompt_id': 'p0', 'side': 'base'\}",
        ),
        (noop({"state_distance": "far"}), "not a noop table: .*state_distance"),
        (noop({"same_top": "yes"}), "not a noop table: .*same_top"),
        (noop({"prompt_id": 7}), "not a noop table: .*prompt_id"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_and_the_old_file_kept(path, frame, said):
    write_table(noop({}), path, "noop")
    with pytest.raises(TableError, match=f"table.parquet: {said}"):
        write_table(frame, path, "noop")
    assert len(read_table(path, "noop")) == 1


def test_a_missing_enum_is_allowed_only_where_the_schema_says_so(path):
    row = {"prompt_id": "p", "prompt_tokens": [1], "tokens": [2], "gaps": [0.1], "failure": None}
    for reason in (None, "stop_token"):
        write_table(pd.DataFrame([row | {"stop_reason": reason}]), path, "rollouts")
    with pytest.raises(TableError, match=r"'stop_reason' has \['tired'\], not in"):
        write_table(pd.DataFrame([row | {"stop_reason": "tired"}]), path, "rollouts")


def test_a_row_that_occurs_twice_is_named_in_plain_numbers(path):
    row = {"checkpoint": "one", "step": 3, "quantity": "training", "loss": 0.5}
    with pytest.raises(TableError, match=r"but \{'step': 3, 'quantity': 'training'\} occurs more than once"):
        write_table(pd.DataFrame([row, row]), path, "losses")


def written_elsewhere(path, frame, schema):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), path)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (noop({"side": "left"}), "noop column 'side' has"),
        (noop({}, {}), "occurs more than once"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_when_read(path, frame, said):
    written_elsewhere(path, frame, arrow_schema("noop"))
    with pytest.raises(TableError, match=said):
        read_table(path, "noop")


def test_a_table_of_another_kind_is_refused(path):
    write_table(noop({}), path, "noop")
    with pytest.raises(
        TableError, match=r"columns \['pair', .* do not fit the rollouts schema \['prompt_id', 'prompt_t"
    ):
        read_table(path, "rollouts")
    coarse = arrow_schema("noop").set(3, pa.field("state_distance", pa.float32(), nullable=False))
    written_elsewhere(path, noop({}), coarse)
    with pytest.raises(TableError, match="do not fit the noop schema"):
        read_table(path, "noop")


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_damaged_file_is_refused(path, keep):
    write_table(noop({}), path, "noop")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TableError, match=r"not a whole Parquet file \(.*\); delete it and run snakemake again"):
        read_table(path, "noop")


def test_a_file_that_is_not_there_is_refused(path):
    with pytest.raises(TableError, match="not a whole Parquet file"):
        read_table(path, "noop")


def test_provenance_travels_with_the_table(path):
    provenance = {"rule": "verify_pair", "leaves": {"boundary": 5}}
    write_table(noop({}), path, "noop", provenance)
    assert read_provenance(path) == provenance
    write_table(noop({}), path, "noop")
    assert read_provenance(path) == {}


def test_the_same_table_gives_the_same_bytes(path, tmp_path):
    frames = noop({}, {"side": "tuned"}), noop({}, {"side": "tuned"})
    for name, frame, keys in (("one", frames[0], "ab"), ("two", frames[1], "ba")):
        write_table(frame, tmp_path / name, "noop", dict.fromkeys(keys, 1))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_describes_every_column(kind):
    schema = load_schema(kind)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"]) == set(arrow_schema(kind).names)
    assert set(schema["x-key"]) <= set(schema["properties"])
    assert all(column["description"].endswith(".") for column in schema["properties"].values())
    assert json.dumps(schema)
