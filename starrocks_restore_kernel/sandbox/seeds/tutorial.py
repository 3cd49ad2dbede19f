"""The shop that the tutorial restores, as SQL."""

from __future__ import annotations

__all__ = ["TUTORIAL"]

# Every figure is an arithmetic of the row's number, so each sandbox holds the same rows.
TUTORIAL = """
CREATE DATABASE shop;
USE shop;

CREATE TABLE customers (
  customer_id INT NOT NULL COMMENT "who",
  name VARCHAR(64) NOT NULL,
  city VARCHAR(32),
  joined DATE
)
PRIMARY KEY (customer_id)
DISTRIBUTED BY HASH(customer_id) BUCKETS 2
PROPERTIES ("replication_num" = "1");

CREATE TABLE orders (
  order_id BIGINT NOT NULL,
  order_date DATE NOT NULL,
  customer_id INT NOT NULL,
  status VARCHAR(16) NOT NULL,
  amount DECIMAL(10, 2) NOT NULL
)
DUPLICATE KEY (order_id, order_date)
COMMENT "one row an order"
PARTITION BY RANGE (order_date) (
  PARTITION p202401 VALUES [("2024-01-01"), ("2024-02-01")),
  PARTITION p202402 VALUES [("2024-02-01"), ("2024-03-01")),
  PARTITION p202403 VALUES [("2024-03-01"), ("2024-04-01")),
  PARTITION p202404 VALUES [("2024-04-01"), ("2024-05-01")),
  PARTITION p202405 VALUES [("2024-05-01"), ("2024-06-01")),
  PARTITION p202406 VALUES [("2024-06-01"), ("2024-07-01"))
)
DISTRIBUTED BY HASH(order_id) BUCKETS 4
PROPERTIES ("replication_num" = "1");

CREATE TABLE order_items (
  order_id BIGINT NOT NULL,
  line INT NOT NULL,
  product VARCHAR(32) NOT NULL,
  quantity INT NOT NULL,
  price DECIMAL(10, 2) NOT NULL
)
DUPLICATE KEY (order_id, line)
DISTRIBUTED BY HASH(order_id) BUCKETS 4
PROPERTIES ("replication_num" = "1");

INSERT INTO customers
SELECT g.n, concat('Customer ', g.n),
       elt(g.n % 5 + 1, 'Berlin', 'Lisbon', 'Oslo', 'Taipei', 'Quito'),
       date_add('2023-01-01', INTERVAL g.n % 365 DAY)
FROM TABLE(generate_series(1, 500)) AS g(n);

INSERT INTO orders
SELECT g.n, date_add('2024-01-01', INTERVAL (g.n * 182) DIV 12001 DAY), g.n * 7 % 500 + 1,
       elt(g.n % 4 + 1, 'paid', 'shipped', 'delivered', 'returned'),
       round(5 + g.n * 37 % 20000 / 100, 2)
FROM TABLE(generate_series(1, 12000)) AS g(n);

INSERT INTO order_items
SELECT g.n DIV 2 + 1, g.n % 2 + 1, concat('Product ', g.n * 11 % 40 + 1), g.n % 3 + 1,
       round(2 + g.n * 13 % 9000 / 100, 2)
FROM TABLE(generate_series(0, 23999)) AS g(n);

CREATE VIEW daily_revenue (order_date, orders, revenue) AS
SELECT order_date, count(*), sum(amount) FROM orders WHERE status <> 'returned' GROUP BY order_date;
"""
