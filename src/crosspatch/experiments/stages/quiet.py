"""Silence of warnings that trl and peft raise about transformers, and that nobody here can act on."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

OLD_NAME = "`is_gradient_checkpointing` is deprecated"
# Of experts.
EXPERTS = r"The following (rank|alpha)_pattern keys did not match any targeted module"


@contextmanager
def known_warnings_ignored() -> Iterator[None]:
    """Ignore, inside, that the pinned trl and peft use an old name, and what peft says of experts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=OLD_NAME, category=FutureWarning)
        warnings.filterwarnings("ignore", message=EXPERTS, category=RuntimeWarning)
        yield
