"""What the miniature world writes are three tables that the rules after it can read."""

from pathlib import Path

from crosspatch.experiments.miniatures.write_world import main
from crosspatch.files.tables import read_table

TEXTS = {"documents": 300, "instructions": 40, "prompts_per_category": 4}
WORLD = TEXTS | {"largest_operand": 3, "held_out_share": 0.2, "seed": 0}
KINDS = ("documents", "instructions", "exam")


def test_pairs_say_their_mode_and_documents_their_kind(tmp_path):
    files = {kind: tmp_path / f"{kind}.parquet" for kind in KINDS}
    main(definition=Path("data/world/world.yaml"), **files, world=WORLD, provenance={})
    documents, pairs, exam = (read_table(files[kind], kind) for kind in KINDS)
    assert pairs["mode"].value_counts().to_dict() == {"raw": 20, "chat": 20}
    assert (documents["kind"] == "transcript").any()
    assert len(exam) == 20
    first = {kind: path.read_bytes() for kind, path in files.items()}
    main(definition=Path("data/world/world.yaml"), **files, world=WORLD, provenance={})
    assert {kind: path.read_bytes() for kind, path in files.items()} == first
