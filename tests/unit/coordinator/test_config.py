from __future__ import annotations

from pathlib import Path

import pytest

from lero_contract.errors import DataNotValid, NotReady
from lero_coordinator.config import Config, Home, read_config, split_address, write_config

CONFIG = Config(federation_id="lero-test", name='The "body"', address="lero.example.org:7443", listen="0.0.0.0:7443")


def test_settings_come_back_as_they_were_written(tmp_path: Path) -> None:
    write_config(Home(tmp_path), CONFIG)
    assert read_config(Home(tmp_path)) == CONFIG


def test_an_unknown_key_stops_the_start_and_is_named(tmp_path: Path) -> None:
    write_config(Home(tmp_path), CONFIG)
    with Home(tmp_path).config_file.open("a") as file:
        file.write('adress = "typing error"\n')
    with pytest.raises(DataNotValid, match="adress"):
        read_config(Home(tmp_path))


def test_settings_are_never_overwritten(tmp_path: Path) -> None:
    write_config(Home(tmp_path), CONFIG)
    with pytest.raises(NotReady, match="already"):
        write_config(Home(tmp_path), CONFIG)


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as raised:
        read_config(Home(tmp_path))
    assert "init" in raised.value.next_step


def test_a_database_url_is_not_printed() -> None:
    secret = CONFIG.model_copy(update={"database": "postgresql://someone:a-password@host/lero"})
    assert "a-password" not in repr(secret)


def test_without_a_url_the_store_is_in_the_home(tmp_path: Path) -> None:
    assert Home(tmp_path).database_url(CONFIG) == f"sqlite:///{tmp_path.resolve()}/store/coordinator.sqlite"


@pytest.mark.parametrize(("text", "host", "port"), [("a.b:1", "a.b", 1), ("[::1]:7443", "::1", 7443)])
def test_an_address_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert split_address(text) == (host, port)


@pytest.mark.parametrize("text", ["host", "host:", "host:65536", "http://host:1", "host:1/path", ""])
def test_anything_else_is_not_an_address(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        split_address(text)


def test_the_settings_are_for_this_account_alone(tmp_path: Path) -> None:
    write_config(Home(tmp_path), CONFIG)
    assert Home(tmp_path).config_file.stat().st_mode & 0o777 == 0o600
