"""The MySQL protocol."""
