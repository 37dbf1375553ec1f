"""Tables as Parquet encrypted from the first byte: every column and the footer, each file under a key of its own.

The file's key is wrapped (AES key wrap, RFC 3394) by one derived from the storage key, and travels in the file.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from lero_contract.errors import Corrupt
from lero_node.data.sealing import StorageKey

_KEY_NAME = "storage"


class EncryptedParquet:
    """Writes and reads encrypted tables under one storage key."""

    def __init__(self, key: StorageKey) -> None:
        wrapping_key = key.derive("parquet")
        self._factory = pe.CryptoFactory(lambda _: _Wrapper(wrapping_key))
        self._connection = pe.KmsConnectionConfig()

    def write(self, table: pa.Table, path: Path) -> None:
        """One file, never readable without the key, not even half-way. Syncing it is the caller's step."""
        configuration = pe.EncryptionConfiguration(
            footer_key=_KEY_NAME, uniform_encryption=True, double_wrapping=False, data_key_length_bits=256
        )
        properties = self._factory.file_encryption_properties(self._connection, configuration)
        with pq.ParquetWriter(path, table.schema, encryption_properties=properties) as writer:
            writer.write_table(table)

    def read(self, path: Path) -> pa.Table:
        """The table. Raises Corrupt where the file does not decrypt or is no encrypted table."""
        properties = self._factory.file_decryption_properties(self._connection)
        try:
            with pq.ParquetFile(path, decryption_properties=properties) as file:
                return file.read()
        except (OSError, pa.ArrowException, ValueError, InvalidUnwrap) as reason:
            raise Corrupt(f"The stored table {path.name} does not decrypt.") from reason


class _Wrapper(pe.KmsClient):  # type: ignore[misc]  # pyarrow carries no types
    """What Parquet asks of a key service, over one key in memory."""

    def __init__(self, wrapping_key: bytes) -> None:
        pe.KmsClient.__init__(self)
        self._wrapping_key = wrapping_key

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
        """Called by pyarrow with a file's fresh key."""
        return base64.b64encode(aes_key_wrap(self._wrapping_key, key_bytes))

    def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        """Called by pyarrow with what `wrap_key` gave."""
        return aes_key_unwrap(self._wrapping_key, base64.b64decode(wrapped_key))
