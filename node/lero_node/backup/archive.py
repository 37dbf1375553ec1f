"""The file of a backup: a plain zip, nothing compressed, whose members are exactly those of its sealed manifest.

Written beside and renamed, so that a backup is whole or is not there. Read with no trust: names, kinds and sizes are
checked before a byte is kept, and every byte is hashed on its way.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from lero_contract.errors import Corrupt, DataNotValid
from lero_node.backup.manifest import Manifest, Part, open_manifest, seal_manifest, unwrap_key
from lero_node.data.files import sync_folder
from lero_node.data.sealing import StorageKey

KEY_MEMBER, MANIFEST_MEMBER, FILES = "backup.json", "manifest.sealed", "files/"
_MOST_NOTE, _MOST_MANIFEST = 64 * 1024, 64 * 1024 * 1024
_CHUNK = 1024 * 1024
Source = bytes | Path


class Writer:
    """A backup being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Made by `writing`."""
        self._archive = archive
        self._parts: dict[str, Part] = {}

    @property
    def parts(self) -> Mapping[str, Part]:
        """What was put in so far."""
        return dict(self._parts)

    def add(self, name: str, source: Source) -> None:
        """One file of the data folder, from its bytes or from where it lies."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(_member(FILES + name), "w", force_zip64=True) as into:
            for chunk in _chunks(source):
                digest.update(chunk)
                size += len(chunk)
                into.write(chunk)
        self._parts[name] = Part(size, digest.hexdigest())

    def finish(self, manifest: Manifest, wrapped_key: bytes, key: StorageKey) -> None:
        """The two files that open and vouch for the rest."""
        self._archive.writestr(_member(KEY_MEMBER), wrapped_key)
        self._archive.writestr(_member(MANIFEST_MEMBER), seal_manifest(manifest, key))


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """The file is there, and durable, once this ends well. Raises DataNotValid where one is there already."""
    if path.exists():
        raise DataNotValid(f"{path} is there already.", "Choose another name: a backup is never overwritten.")
    partial = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
                yield Writer(archive)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        sync_folder(path.absolute().parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


class Reader:
    """A backup being read: its key unwrapped, its manifest believed, its members checked against it."""

    def __init__(self, archive: zipfile.ZipFile, passphrase: str) -> None:
        """Made by `reading`."""
        self._archive = archive
        members = archive.infolist()
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members):
            raise DataNotValid("The backup holds two files of one name.", "Use another one.")
        self.key = unwrap_key(self._small(KEY_MEMBER, _MOST_NOTE), passphrase)
        self.manifest = open_manifest(self._small(MANIFEST_MEMBER, _MOST_MANIFEST), self.key)
        named = {KEY_MEMBER, MANIFEST_MEMBER, *(FILES + name for name in self.manifest.parts)}
        if odd := sorted(named ^ self._members.keys()):
            raise DataNotValid(f"The backup and its list of files differ: {odd[0]!a}.", "Use another one.")
        for name, part in self.manifest.parts.items():
            _check_member(self._members[FILES + name], part.size)

    def write_to(self, folder: Path) -> None:
        """Every file into a folder, durably. Raises Corrupt where one is not as the manifest says."""
        for name, part in self.manifest.parts.items():
            target = folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as into, self._archive.open(FILES + name) as source:
                digest = hashlib.sha256()
                for chunk in _read(source):
                    digest.update(chunk)
                    into.write(chunk)
                into.flush()
                os.fsync(into.fileno())
            if digest.hexdigest() != part.sha256:
                raise Corrupt(f"{name} in the backup was changed.", "Use another backup.")

    def _small(self, name: str, most: int) -> bytes:
        member = self._members.get(name)
        if member is None:
            raise DataNotValid(f"The file is no backup of a node: it has no {name}.")
        _check_member(member, min(member.file_size, most))
        return self._archive.read(name)


@contextlib.contextmanager
def reading(path: Path, passphrase: str) -> Iterator[Reader]:
    """Raises DataNotValid for what is no backup, Unauthorised for another passphrase, Corrupt for a changed one."""
    if path.is_symlink() or not path.is_file():  # a pipe or a device never ends
        raise DataNotValid(f"{path.name} is not a plain file.", "Copy the backup itself here.")
    try:
        with zipfile.ZipFile(path) as archive:
            yield Reader(archive, passphrase)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as reason:
        raise DataNotValid("The file is no backup of a node, or it is damaged.", "Use another one.") from reason


def _check_member(member: zipfile.ZipInfo, size: int) -> None:
    mode = member.external_attr >> 16
    is_plain = stat.S_IFMT(mode) == stat.S_IFREG and member.compress_type == zipfile.ZIP_STORED
    is_locked = bool(member.flag_bits & 1)
    if not is_plain or is_locked or member.file_size != size or member.compress_size != size:
        raise DataNotValid(f"{member.filename!a} in the backup is not as this program writes it.", "Use another one.")


def _member(name: str) -> zipfile.ZipInfo:
    """A fixed date: the moment of a backup is in its manifest."""
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFREG | 0o600) << 16
    return member


def _chunks(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
    else:
        with source.open("rb") as stream:
            yield from _read(stream)


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
