"""Refuses a container that unpacks to more than a sheet can need, whatever its own directory says."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo, is_zipfile

from lero_contract.errors import DataNotValid

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_ENTRIES = 5_000
MAX_ROWS = 2_000_000
_CHUNK = 1024 * 1024
_LOCAL_HEADER_BYTES = 30


def check_container(path: Path) -> None:
    """Does nothing for a sound workbook, or for one that is no container (.xls).

    Raises DataNotValid for too many entries, too much inside, or an entry larger than it says.
    """
    if not is_zipfile(path):
        return
    with ZipFile(path) as container:
        entries = container.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _too_much(path)
    for entry in entries:
        if entry.compress_type not in (ZIP_DEFLATED, ZIP_STORED) or entry.flag_bits & 1:
            raise DataNotValid(f"{path.name} is packed in a way this import does not read.", "Save it again.")
        if entry.compress_type == ZIP_DEFLATED and _unpacks_past(path, entry):
            raise _too_much(path)


def _unpacks_past(path: Path, entry: ZipInfo) -> bool:
    """Whether an entry yields more bytes than the directory claims; reads it in pieces, keeps none."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    total = 0
    with path.open("rb") as stream:
        stream.seek(entry.header_offset)
        local = stream.read(_LOCAL_HEADER_BYTES)
        names = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
        stream.seek(names, 1)
        left = entry.compress_size
        try:
            while left > 0 and not unpacker.eof:
                packed = stream.read(min(_CHUNK, left))
                left -= len(packed) or left
                while packed:
                    total += len(unpacker.decompress(packed, _CHUNK))
                    packed = unpacker.unconsumed_tail
                    if total > entry.file_size:
                        return True
        except zlib.error as reason:
            raise DataNotValid(f"{path.name} is damaged.", "Export it again.") from reason
    return False


def _too_much(path: Path) -> DataNotValid:
    return DataNotValid(f"{path.name} unpacks to more than this import reads.", "Save it again as CSV.")
