"""`python -m compiler` is `manifact`."""

import sys

from compiler.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
