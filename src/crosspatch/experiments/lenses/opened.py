"""A checkpoint opened for its lens: frozen weights, its texts, how it reads them, and how these run together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosspatch.experiments.lenses.passes import Frozen, frozen
from crosspatch.experiments.lenses.texts import Parts, Reader, Step, endless_rows, first_rows, parted, training_steps
from crosspatch.experiments.lenses.training import LensPoint, Schedule, train_lens
from crosspatch.files.checkpoints import open_checkpoint
from crosspatch.files.tables import read_table
from crosspatch.models.engine import engine_of
from crosspatch.models.lens import Lens
from crosspatch.models.loading import Placement, load_model
from crosspatch.models.randomness import fix_randomness
from crosspatch.models.tokens import load_tokenizer


@dataclass(frozen=True)
class Opened:
    """Name, frozen weights, what runs them, its texts and how it reads them, and the settings of the study's lenses."""

    name: str
    checkpoint: Frozen
    engine: Mapping[str, Any]
    texts: Parts
    reader: Reader
    settings: Mapping[str, Any]
    together: int

    def train(self, seed: int) -> tuple[Lens, list[LensPoint]]:
        """Train a lens on the texts in the order of a seed."""
        said = self.settings
        schedule = Schedule(said["steps"], said["rate"], said["evaluate_every"])
        rows = endless_rows(self.texts.training, self.reader, seed)
        steps = training_steps(rows, tokens=said["tokens"], together=self.together)
        return train_lens(self.checkpoint, steps, self._some(self.texts.choosing), schedule)

    def judging(self) -> Step:
        """Return held-out texts by which nothing was chosen."""
        return self._some(self.texts.judging)

    def _some(self, texts: Sequence[str]) -> Step:
        return first_rows(self.reader.rows(texts), tokens=self.settings["held_out"], together=self.together)


def open_for_lens(
    manifest: Path,
    texts: Path,
    *,
    mode: str,
    settings: Mapping[str, Any],
    placement: Mapping[str, str],
    batches: Mapping[str, Any],
) -> Opened:
    """Load a checkpoint, and part its texts by the settings' seed.

    Batches are padded whatever the plan is, since no row is compared with itself run alone. Raises what loading and
    `parted` raise.
    """
    fix_randomness(settings["seed"])
    opened = open_checkpoint(manifest)
    words = load_tokenizer(opened.folder)
    model = load_model(opened.folder, Placement(**placement))
    context = model.config.get_text_config().max_position_embeddings
    reader = Reader(words, mode, settings["most_tokens"], context)
    engine = engine_of(model, batches)
    parts = parted(read_table(texts, "documents")["text"].tolist(), settings["seed"])
    return Opened(opened.name, frozen(model, words), engine, parts, reader, settings, batches["tokens"])
