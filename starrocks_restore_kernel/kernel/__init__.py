"""A Jupyter kernel: IPython, where a statement of the RESTORE family needs no magic."""
