"""What a sandbox begins with, made through its own SQL; the large ones are built in its memory at once."""

from .planting import SEEDS, Seed, plant, plant_again, read_seed
from .scale import Scale

__all__ = ["SEEDS", "Scale", "Seed", "plant", "plant_again", "read_seed"]
