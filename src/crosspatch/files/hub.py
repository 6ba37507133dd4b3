"""Fetching checkpoints from the hub: exactly one revision, safetensors and tokenizer files only."""

from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from crosspatch.errors import CheckpointError
from crosspatch.files.checkpoint_manifests import WANTED
from crosspatch.files.digests import file_digest


def fetch_snapshot(repo: str, revision: str) -> Path:
    """Fetch one revision into the Hugging Face cache and return its folder; interrupted transfers resume.

    Raises CheckpointError with the remedy if the model is gated, the repository or revision does not exist, the hub
    cannot be reached, or a file does not have the digest that the hub names.
    """
    try:
        folder = Path(snapshot_download(repo, revision=revision, **WANTED))
        expected = _published_digests(repo, revision)
    except GatedRepoError as error:
        raise CheckpointError(
            f"{repo} is gated: accept its licence on its page, log in (`hf auth login`, or set HF_TOKEN) and run again"
        ) from error
    except RevisionNotFoundError as error:
        raise CheckpointError(f"{repo} has no revision {revision}; correct it in config.yaml") from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(
            f"{repo} does not exist on the hub, or is private and the token (HF_TOKEN) may not read it"
        ) from error
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise CheckpointError(
            f"the hub cannot be reached for {repo} ({type(error).__name__}); fetch on a machine with network: "
            "see docs/cluster.md, offline nodes"
        ).passing() from error
    _check_digests(repo, folder, expected)
    return folder


def _published_digests(repo: str, revision: str) -> dict[str, str]:
    files = HfApi().model_info(repo, revision=revision, files_metadata=True).siblings or []
    return {file.rfilename: file.lfs.sha256 for file in files if file.lfs is not None}


def _check_digests(repo: str, folder: Path, expected: dict[str, str]) -> None:
    for path in sorted(folder.iterdir()):
        digest = expected.get(path.name)
        if digest is not None and file_digest(path) != digest:
            raise CheckpointError(
                f"{repo}: {path.name} does not have the digest that the hub names; delete it from the cache "
                f"({path.resolve().name}) and run again"
            )
