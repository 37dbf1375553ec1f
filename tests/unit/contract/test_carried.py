"""Files that a person brought are plain, and not larger than their kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lero_contract.carried import read_carried
from lero_contract.errors import DataNotValid


def test_a_plain_file_of_the_greatest_size_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "brought").write_bytes(b"0123456789")
    assert read_carried(tmp_path / "brought", 10) == b"0123456789"


def test_one_byte_more_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brought").write_bytes(b"0123456789")
    with pytest.raises(DataNotValid, match="larger than any file of its kind"):
        read_carried(tmp_path / "brought", 9)


def test_a_link_a_pipe_a_device_a_folder_and_nothing_are_no_plain_files(tmp_path: Path) -> None:
    (tmp_path / "brought").write_bytes(b"0123456789")
    (tmp_path / "linked").symlink_to(tmp_path / "brought")
    os.mkfifo(tmp_path / "piped")
    for file in (tmp_path / "linked", tmp_path / "piped", Path("/dev/zero"), tmp_path, tmp_path / "absent"):
        with pytest.raises(DataNotValid, match="not a plain file"):
            read_carried(file)
