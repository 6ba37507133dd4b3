"""Digests of what files say, whatever made them: a Parquet table without its provenance, any other file as it is."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crosspatch.errors import TableError
from crosspatch.files.digests import file_digest


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content; TableError if a table is damaged."""
    if path.suffix != ".parquet":
        return file_digest(path)
    try:
        table = pq.read_table(path).replace_schema_metadata(None).combine_chunks()
    except (pa.ArrowInvalid, OSError) as error:
        raise TableError(f"{path}: not a whole Parquet file ({error}); delete it and run snakemake again") from error
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()
