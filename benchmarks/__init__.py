"""Measurements that are run by hand: ``make bench``. What they found last stands in ``docs/``."""
