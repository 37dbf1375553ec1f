"""What a node and the coordinator agree on. Imports neither of them, and touches no socket, clock or store."""
