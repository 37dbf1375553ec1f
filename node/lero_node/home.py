"""Where a node keeps what it keeps, and the settings a person made at set-up."""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from lero_contract.errors import DataNotValid, NotReady
from lero_node.data.files import write_durably


class Settings(BaseModel):
    """`node.toml`. areas: codes of the authorities served. public_members: as stated in public, 0 where it is not.

    storage_key: where the storage key lives ("keyring", "passphrase", "credential:NAME" or "fd").
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: int = 1
    areas: list[str]
    public_members: int
    storage_key: str


@dataclass(frozen=True)
class Home:
    """The data folder of one node. Everything in it about members is encrypted."""

    folder: Path

    @property
    def settings(self) -> Path:
        """What a person stated at set-up."""
        return self.folder / "node.toml"

    @property
    def policy(self) -> Path:
        """What it answers: the file that people edit."""
        return self.folder / "policy.toml"

    @property
    def confirmed_policy(self) -> Path:
        """The policy in force: what a person read and confirmed."""
        return self.folder / "policy.confirmed.toml"

    @property
    def mapping(self) -> Path:
        """How the columns of the LERO's export are read."""
        return self.folder / "mapping.toml"

    @property
    def store(self) -> Path:
        """Encrypted snapshots."""
        return self.folder / "data"

    @property
    def identity(self) -> Path:
        """The key that signs answers, sealed."""
        return self.folder / "identity.sealed"

    @property
    def membership(self) -> Path:
        """What `join` learnt: federation, name, address and the first roster."""
        return self.folder / "membership.json"

    @property
    def tls(self) -> Path:
        """Key and certificate of the line to the coordinator, sealed."""
        return self.folder / "tls.sealed"

    @property
    def rosters(self) -> Path:
        """Every roster accepted since."""
        return self.folder / "rosters"

    @property
    def ledger(self) -> Path:
        """The account of privacy spent."""
        return self.folder / "ledger.sqlite"

    @property
    def log(self) -> Path:
        """What was done and refused."""
        return self.folder / "log.sqlite"

    @property
    def inbox(self) -> Path:
        """Requests and what was decided about them."""
        return self.folder / "inbox.sqlite"

    @property
    def programmes(self) -> Path:
        """Programmes approved, and what was used of each."""
        return self.folder / "programmes.sqlite"

    @property
    def restored(self) -> Path:
        """There after the folder came from a backup, until a write-off: nothing is answered meanwhile."""
        return self.folder / "restored"

    @property
    def lock(self) -> Path:
        """Held by the one process that answers."""
        return self.folder / "run.lock"

    @property
    def import_lock(self) -> Path:
        """Held by the one process that changes what is stored of members."""
        return self.folder / "import.lock"

    def make(self) -> None:
        """Creates the folder, for this user alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)


@contextlib.contextmanager
def exclusively(lock: Path, otherwise: str) -> Iterator[None]:
    """Only one process at a time is in here. Raises NotReady with these words in the second."""
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout:
        raise NotReady(otherwise, "Wait for it to end, or stop it.") from None


@contextlib.contextmanager
def in_turn(lock: Path) -> Iterator[None]:
    """Waits for whoever is in there, and keeps others out meanwhile."""
    with FileLock(lock):
        yield


def load_settings(home: Home) -> Settings:
    """Raises NotReady before `init`, DataNotValid for a file that was damaged."""
    try:
        raw = tomllib.loads(home.settings.read_text(encoding="utf-8"))
        return Settings.model_validate(raw)
    except FileNotFoundError:
        raise NotReady("This computer has not been set up as a node.", "Run: lero-node init --help") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as reason:
        raise DataNotValid(f"{home.settings.name} is not valid TOML: {reason}.", "Mend that line.") from reason
    except ValidationError as reason:
        names = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in reason.errors())
        raise DataNotValid(f"{home.settings.name} has a missing, unknown or wrong key: {names}.") from reason


def save_settings(home: Home, settings: Settings) -> None:
    """Writes `node.toml` whole."""
    # JSON's strings, numbers and lists are TOML's too, but for one letter that TOML wants escaped.
    values = {name: json.dumps(value, ensure_ascii=False) for name, value in settings.model_dump().items()}
    lines = [f"{name} = {value}".replace("\x7f", "\\u007f") for name, value in values.items()]
    write_durably(home.settings, ("\n".join(lines) + "\n").encode())
