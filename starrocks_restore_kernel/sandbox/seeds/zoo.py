"""One of every kind of object that a restore meets, as SQL."""

from __future__ import annotations

__all__ = ["ZOO"]

ZOO = """
CREATE DATABASE zoo;
USE zoo;

CREATE TABLE duplicate_key (
  day DATE NOT NULL COMMENT "when",
  visitor BIGINT NOT NULL,
  gate VARCHAR(16) NULL DEFAULT "north",
  paid DECIMAL(10, 2) NULL
)
DUPLICATE KEY (day, visitor)
COMMENT "one row a visit"
DISTRIBUTED BY HASH(visitor) BUCKETS 3
PROPERTIES ("replication_num" = "1");

CREATE TABLE aggregate_key (
  day DATE NOT NULL,
  gate VARCHAR(16) NOT NULL,
  visits BIGINT SUM NULL DEFAULT "0",
  longest INT MAX NULL,
  shortest INT MIN NULL,
  last_ticket VARCHAR(32) REPLACE NULL
)
AGGREGATE KEY (day, gate)
DISTRIBUTED BY HASH(day) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE unique_key (
  animal INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  born DATE NULL
)
UNIQUE KEY (animal)
DISTRIBUTED BY HASH(animal) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE primary_key (
  keeper INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  hired DATETIME NULL
)
PRIMARY KEY (keeper)
DISTRIBUTED BY HASH(keeper) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE range_partitions (
  day DATE NOT NULL,
  enclosure INT NOT NULL,
  degrees DOUBLE NULL
)
DUPLICATE KEY (day, enclosure)
PARTITION BY RANGE (day) (
  PARTITION before_2024 VALUES LESS THAN ("2024-01-01"),
  PARTITION p2024 VALUES [("2024-01-01"), ("2025-01-01")),
  PARTITION later VALUES LESS THAN MAXVALUE)
DISTRIBUTED BY HASH(enclosure) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE list_partitions (
  continent VARCHAR(16) NOT NULL,
  animal INT NOT NULL,
  weight DOUBLE NULL
)
DUPLICATE KEY (continent, animal)
PARTITION BY LIST (continent) (
  PARTITION south VALUES IN ("Africa", "Australia"),
  PARTITION north VALUES IN ("Asia", "Europe"))
DISTRIBUTED BY HASH(animal) BUCKETS 2
PROPERTIES ("replication_num" = "1");

INSERT INTO duplicate_key
SELECT date_add('2024-01-01', INTERVAL g.n % 90 DAY), g.n, elt(g.n % 2 + 1, 'north', 'south'), g.n % 30
FROM TABLE(generate_series(1, 300)) AS g(n);
INSERT INTO aggregate_key VALUES
  ('2024-01-01', 'north', 3, 70, 20, 'A3'), ('2024-01-01', 'south', 2, 90, 45, 'B2'),
  ('2024-01-02', 'north', 5, 80, 10, 'A8');
INSERT INTO unique_key VALUES (1, 'Ada', '2019-05-04'), (2, 'Bo', NULL), (3, 'Cy', '2021-11-30');
INSERT INTO primary_key VALUES (1, 'Ines', '2020-01-01 08:00:00'), (2, 'Jon', '2022-06-15 09:30:00');
INSERT INTO range_partitions
SELECT date_add('2023-12-01', INTERVAL g.n DAY), g.n % 5, 10 + g.n % 20
FROM TABLE(generate_series(0, 449)) AS g(n);
INSERT INTO list_partitions VALUES ('Africa', 1, 4100.5), ('Asia', 2, 190), ('Europe', 3, 12.25);

CREATE VIEW visits_a_day (day, visits) AS SELECT day, count(*) FROM duplicate_key GROUP BY day;
CREATE VIEW busiest_day AS SELECT max(visits) AS visits FROM visits_a_day;
"""
