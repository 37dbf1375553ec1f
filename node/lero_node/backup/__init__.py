"""Backups that bring a node back and never its budget."""

from lero_node.backup.making import Made, make_backup
from lero_node.backup.manifest import Manifest, check_passphrase
from lero_node.backup.restoring import restore

__all__ = ["Made", "Manifest", "check_passphrase", "make_backup", "restore"]
