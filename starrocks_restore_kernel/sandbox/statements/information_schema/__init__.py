"""The tables of information_schema and sys, made from the frontend's memory at the moment of a query."""

from .relation import system_relation
from .system_table import Scope, SystemTable
from .tables import SYSTEM_SCHEMAS, system_table, system_tables

__all__ = ["SYSTEM_SCHEMAS", "Scope", "SystemTable", "system_relation", "system_table", "system_tables"]
