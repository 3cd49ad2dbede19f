"""BACKUP and RESTORE: submit checks, jobs, and the repository they write and read."""
