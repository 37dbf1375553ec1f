"""Files that a person brought: plain ones of a size that can be read, and no others."""

from __future__ import annotations

from pathlib import Path

from lero_contract.errors import DataNotValid

LARGEST_BYTES = 16 * 1024 * 1024


def read_carried(file: Path, largest: int = LARGEST_BYTES) -> bytes:
    """The content. Raises DataNotValid for a link, a pipe, a device, an unreadable file, and more bytes than `largest`.

    A link could point anywhere; a pipe or a device never ends, and says that it is empty.
    """
    try:
        if file.is_symlink() or not file.is_file():
            raise DataNotValid(f"{file.name} is not a plain file.", "Copy the file itself here.")
        with file.open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as reason:
        raise DataNotValid(f"The file {file} cannot be read: {reason.strerror}.", "Check the name.") from reason
    if len(content) > largest:
        raise DataNotValid(f"{file.name} is larger than any file of its kind.", "Ask for it again.")
    return content
