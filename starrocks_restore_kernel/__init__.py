"""StarRocks' RESTORE: see what it would do, run it once, watch it, prove it."""
