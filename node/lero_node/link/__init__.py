"""Who this node is, whom it believes, and its line to the coordinator. Nothing here listens."""
