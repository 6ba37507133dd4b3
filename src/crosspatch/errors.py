"""Every way the study refuses its input or its own result; messages name the thing, the value and the remedy."""

from typing import Self


class CrosspatchError(Exception):
    """Base of all refusals of this package; never raised itself.

    final: whether the same job would refuse again, so that a cluster need not try.
    """

    final = True

    def passing(self) -> Self:
        """Mark a refusal that another attempt may not meet: a network that is down, a node whose GPU is."""
        self.final = False
        return self


class RefusedBeforeError(CrosspatchError):
    """An attempt at a job whose last attempt ended in a final refusal."""


class DeviceError(CrosspatchError):
    """A device that the study asks for and that torch cannot use on this machine."""


class ConfigError(CrosspatchError):
    """A key or value of `config.yaml` (or of an overlay) that the study cannot be built from."""


class CheckpointError(CrosspatchError):
    """A checkpoint that cannot be fetched, read, or cut into halves."""


class PairError(CrosspatchError):
    """A base and a tuned checkpoint whose cells would not be comparable, or that failed verification."""


class PromptError(CrosspatchError):
    """A prompt set that is empty, has duplicate ids, or does not match its source."""


class CorpusError(CrosspatchError):
    """A corpus that cannot be read, lacks a field, or has too few documents that may be taken."""


class TableError(CrosspatchError):
    """A table that does not fit its schema, or a file that is not whole."""


class StorageError(CrosspatchError):
    """A disk that is full, read-only or closed to this user; nothing half-written is left."""

    final = False


class MeasurementError(CrosspatchError):
    """A measured number that is not finite, or that breaks an identity the engine guarantees."""


class ReproductionError(CrosspatchError):
    """A file of a finished study that is missing, or is another than its committed digest says."""


class ArchiveError(CrosspatchError):
    """An archive of a study's tables that is damaged, incomplete, or another study's."""
