"""The model check with any two acts of a user: prints what goes wrong, and exits with 1 then."""

import sys
from itertools import product

from .test_model_check import CLIENTS, explored
from .world import ACTS


def main() -> int:
    """The exit status."""
    status = 0
    for name, client in CLIENTS.items():
        ends = 0
        for acts in product(ACTS, repeat=2):
            for wrong in explored(client, acts):
                ends += 1
                if wrong:
                    status = 1
                    sys.stdout.write(f"{name}, {' and '.join(acts)}: {'; '.join(wrong)}\n")
        sys.stdout.write(f"{name}: {ends} ends of all orders of two acts\n")
        sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
