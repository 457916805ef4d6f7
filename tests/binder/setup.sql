-- The tables that every case of tests/binder/*.test sees.
CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price BIGINT,
  channel STRING,
  url STRING,
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'fake');

CREATE TABLE auctions (
  id BIGINT,
  item STRING,
  seller BIGINT,
  category INT,
  reserve DECIMAL(10, 2),
  opened TIMESTAMP_LTZ(3),
  expires TIMESTAMP(3),
  PRIMARY KEY (id) NOT ENFORCED,
  WATERMARK FOR opened AS opened - INTERVAL '1' SECOND
) WITH ('connector' = 'fake');

CREATE TABLE people (
  id BIGINT,
  name STRING NOT NULL,
  city VARCHAR(20),
  born DATE,
  wakes TIME,
  joined TIMESTAMP(6),
  score DOUBLE,
  weight FLOAT,
  level TINYINT,
  age SMALLINT,
  active BOOLEAN,
  tags ARRAY<STRING>,
  props MAP<STRING, INT>,
  address ROW<street STRING, geo ROW<lat DOUBLE, lon DOUBLE>>,
  photo BYTES
) WITH ('connector' = 'fake');

CREATE TABLE plain (a INT, b INT NOT NULL, c STRING, t TIMESTAMP(3)) WITH ('connector' = 'fake');

CREATE TABLE clicks (
  user_id BIGINT,
  at_ms BIGINT,
  page STRING,
  seen AS CAST(page AS TIMESTAMP_LTZ(3)),
  proc AS CAST(page AS TIMESTAMP_LTZ(3)),
  WATERMARK FOR seen AS seen - INTERVAL '1' SECOND
) WITH ('connector' = 'fake');

CREATE TABLE out_counts (key_name STRING, n BIGINT, seen TIMESTAMP(3)) WITH ('connector' = 'fake-sink');

CREATE TABLE out_days (id BIGINT NOT NULL, amount DECIMAL(10, 2), dt STRING, hr STRING) PARTITIONED BY (dt, hr)
WITH ('connector' = 'fake-sink');

CREATE VIEW dear AS SELECT auction, price, ts FROM bids WHERE price > 100;
CREATE VIEW named (who, town) AS SELECT name, city FROM people;
