"""The head of the ledger, kept outside the data folder and at the coordinator: an older copy of the folder is told."""

from lero_node.witness.marks import FileMarks, FindMarks, Marks, VaultMarks, find_marks
from lero_node.witness.watch import History, check
from lero_node.witness.witness import Witness

__all__ = ["FileMarks", "FindMarks", "History", "Marks", "VaultMarks", "Witness", "check", "find_marks"]
