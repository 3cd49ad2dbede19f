"""SQL: what a text is, who carries it out, and what it answers."""
