"""What decides whether a token means the same to both sides of a pair, from their manifests; no weights."""

from pathlib import Path

from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.models.vocabulary import Vocabulary, load_vocabulary


def open_vocabularies(base: Path, tuned: Path) -> tuple[Vocabulary, Vocabulary]:
    """Return the vocabularies of two manifests' checkpoints; CheckpointError as `load_vocabulary`."""
    opened_base, opened_tuned = open_checkpoint(base), open_checkpoint(tuned)
    return (
        load_vocabulary(opened_base.folder, opened_base.stop_tokens),
        load_vocabulary(opened_tuned.folder, opened_tuned.stop_tokens),
    )
