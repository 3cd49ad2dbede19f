"""``python -m starrocks_restore_kernel.cli``: the command line where its script is not on the path."""

from .root import main

if __name__ == "__main__":
    main(prog_name="starrocks-restore")
