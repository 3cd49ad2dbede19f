"""What a cluster is made of: databases, tables, rows, backends."""
