"""The coordinator's settings and the places in its home folder; an unknown or missing key stops the start.

The home never holds a root, analyst or publisher key: a stolen coordinator can delay or drop, not forge.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lero_contract.errors import DataNotValid, NotReady
from lero_coordinator.files import replace

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")


class Config(BaseModel):
    """`coordinator.toml`, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    federation_id: str = Field(description="The name every request and roster carries, as in lero-england.")
    name: str = Field(min_length=1, description="The national body, in words.")
    address: str = Field(description="host:port at which nodes reach this coordinator; stands in every invite.")
    listen: str = Field(description="host:port to listen on; 0.0.0.0:PORT for every network of this computer.")
    database: str = Field(default="", repr=False, description="SQLAlchemy URL; empty for SQLite in the home folder.")
    synthetic: bool = Field(default=False, description="A federation of made-up LEROs: all that it publishes says so.")
    year_allowance: float = Field(
        default=0.25, gt=0, description="Rho that a node usually allows in a year; for previews."
    )

    @field_validator("federation_id")
    @classmethod
    def _is_name(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError("lower-case letters, digits and hyphens, at most 63")
        return value

    @field_validator("address", "listen")
    @classmethod
    def _is_address(cls, value: str) -> str:
        split_address(value)
        return value


@dataclass(frozen=True)
class Home:
    """Where everything of one coordinator is kept."""

    folder: Path

    @property
    def config_file(self) -> Path:
        """The settings."""
        return self.folder / "coordinator.toml"

    @property
    def keys(self) -> Path:
        """The certificate authorities' and the server's keys, readable by this account alone."""
        return self.folder / "keys"

    def database_url(self, config: Config) -> str:
        """The URL in the settings, or SQLite in this folder."""
        return config.database or f"sqlite:///{(self.folder / 'store' / 'coordinator.sqlite').resolve()}"


def split_address(address: str) -> tuple[str, int]:
    """Host and port of "host:port". Raises ValueError in words for anything else."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > 65535:
        raise ValueError("an address is host:port, as in lero.example.org:7443")
    return found["host"].strip("[]"), int(found["port"])


def read_config(home: Home) -> Config:
    """Raises NotReady without a settings file, DataNotValid naming every key that is wrong."""
    try:
        text = home.config_file.read_text(encoding="utf-8")
    except FileNotFoundError as reason:
        raise NotReady(
            f"There is no coordinator in {home.folder}.", "Run `lero-coordinator init`, or give another --home."
        ) from reason
    try:
        return Config.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as reason:
        raise DataNotValid(f"coordinator.toml is not TOML: {reason}") from reason
    except ValidationError as reason:
        raise DataNotValid("coordinator.toml: " + words_of(reason), "Correct the keys named.") from reason


def check_is_new(home: Home) -> None:
    """Raises NotReady where there is a settings file."""
    if home.config_file.exists():
        raise NotReady(f"There is a coordinator in {home.folder} already.", "Give another --home.")


def write_config(home: Home, config: Config) -> None:
    """A commented settings file, for this account alone: a database's URL may hold a password.

    Raises NotReady where one exists already.
    """
    check_is_new(home)
    lines = []
    for key, field in Config.model_fields.items():
        lines += [f"# {field.description}", f"{key} = {json.dumps(getattr(config, key), ensure_ascii=False)}", ""]
    home.folder.mkdir(parents=True, exist_ok=True)
    replace(home.config_file, "\n".join(lines).encode(), 0o600)


def words_of(reason: ValidationError) -> str:
    """Every fault of a settings file: where, and what is wrong; never the value, which may be a secret."""
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in reason.errors())
