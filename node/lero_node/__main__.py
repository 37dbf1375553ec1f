"""`python -m lero_node` is `lero-node`."""

from lero_node.cli import main

if __name__ == "__main__":
    main()
