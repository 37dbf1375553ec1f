"""`python -m lero_coordinator` is `lero-coordinator`."""

from lero_coordinator.cli import main

if __name__ == "__main__":
    main()
