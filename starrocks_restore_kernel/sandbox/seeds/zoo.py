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

CREATE TABLE expression_partitions (
  seen DATETIME NOT NULL,
  animal INT NOT NULL
)
DUPLICATE KEY (seen)
PARTITION BY date_trunc('month', seen)
DISTRIBUTED BY HASH(animal)
PROPERTIES ("replication_num" = "1");

CREATE TABLE own_buckets (
  day DATE NOT NULL,
  meals INT NULL
)
DUPLICATE KEY (day)
PARTITION BY RANGE (day) (PARTITION p2024 VALUES [("2024-01-01"), ("2025-01-01")))
DISTRIBUTED BY HASH(day) BUCKETS 2
PROPERTIES ("replication_num" = "1");

ALTER TABLE own_buckets ADD PARTITION p2025 VALUES [("2025-01-01"), ("2026-01-01")) DISTRIBUTED BY HASH(day) BUCKETS 5;

CREATE TABLE dynamic_partitions (
  day DATE NOT NULL,
  tickets INT NULL
)
DUPLICATE KEY (day)
PARTITION BY RANGE (day) ()
DISTRIBUTED BY HASH(day) BUCKETS 1
PROPERTIES (
  "replication_num" = "1",
  "dynamic_partition.enable" = "true",
  "dynamic_partition.time_unit" = "MONTH",
  "dynamic_partition.end" = "2",
  "dynamic_partition.prefix" = "p"
);

CREATE TABLE pair_left (enclosure INT NOT NULL, animal INT NULL)
DUPLICATE KEY (enclosure)
DISTRIBUTED BY HASH(enclosure) BUCKETS 4
PROPERTIES ("replication_num" = "1", "colocate_with" = "enclosures");

CREATE TABLE pair_right (enclosure INT NOT NULL, metres INT NULL)
DUPLICATE KEY (enclosure)
DISTRIBUTED BY HASH(enclosure) BUCKETS 4
PROPERTIES ("replication_num" = "1", "colocate_with" = "enclosures");

CREATE TABLE auto_increment (
  ticket BIGINT NOT NULL AUTO_INCREMENT,
  holder VARCHAR(64) NULL
)
PRIMARY KEY (ticket)
DISTRIBUTED BY HASH(ticket) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE generated_column (
  animal INT NOT NULL,
  grams BIGINT NULL,
  kilos DOUBLE AS grams / 1000
)
PRIMARY KEY (animal)
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
INSERT INTO expression_partitions
SELECT date_add('2024-01-15 10:00:00', INTERVAL g.n DAY), g.n FROM TABLE(generate_series(0, 89)) AS g(n);
INSERT INTO own_buckets
SELECT date_add('2024-12-01', INTERVAL g.n DAY), g.n % 7 FROM TABLE(generate_series(0, 59)) AS g(n);
INSERT INTO dynamic_partitions VALUES (current_date(), 12);
INSERT INTO pair_left SELECT g.n, g.n * 3 FROM TABLE(generate_series(1, 20)) AS g(n);
INSERT INTO pair_right SELECT g.n, g.n * 50 FROM TABLE(generate_series(1, 20)) AS g(n);
INSERT INTO auto_increment (holder) VALUES ('Kit'), ('Lea'), ('Mo');
INSERT INTO generated_column (animal, grams) VALUES (1, 4100500), (2, 190000), (3, 12250);

CREATE VIEW visits_a_day (day, visits) AS SELECT day, count(*) FROM duplicate_key GROUP BY day;
CREATE VIEW busiest_day AS SELECT max(visits) AS visits FROM visits_a_day;

CREATE MATERIALIZED VIEW paid_a_day
DISTRIBUTED BY HASH(day) BUCKETS 2
REFRESH ASYNC
PROPERTIES ("replication_num" = "1")
AS SELECT day, sum(paid) AS paid FROM duplicate_key GROUP BY day;
REFRESH MATERIALIZED VIEW paid_a_day WITH SYNC MODE;

CREATE MATERIALIZED VIEW visits_by_gate AS
SELECT gate, count(visitor) FROM duplicate_key GROUP BY gate;

CREATE FUNCTION feed(INT) RETURNS STRING
PROPERTIES ("symbol" = "zoo.Feed", "type" = "StarrocksJar", "file" = "http://127.0.0.1/zoo.jar");
CREATE FUNCTION feed(STRING, INT) RETURNS STRING
PROPERTIES ("symbol" = "zoo.FeedMore", "type" = "StarrocksJar", "file" = "http://127.0.0.1/zoo.jar");

CREATE EXTERNAL CATALOG wild
COMMENT "what lives elsewhere"
PROPERTIES ("type" = "hive", "hive.metastore.uris" = "thrift://127.0.0.1:9083");

CREATE ROLE keeper;
GRANT SELECT ON ALL TABLES IN DATABASE zoo TO ROLE keeper;
CREATE USER IF NOT EXISTS visitor;
GRANT SELECT ON TABLE zoo.duplicate_key TO USER visitor;
GRANT keeper TO USER visitor;
"""
