CREATE TABLE bids (
  auction BIGINT,
  bidder BIGINT,
  price DOUBLE,
  channel STRING,
  extra ROW<note STRING, score INT>,
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'bids.json', 'format' = 'json');
CREATE TABLE plain (id INT, name STRING, at_time TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 'plain.csv', 'format' = 'csv');
SELECT ts + INTERVAL 5 MINUTES FROM bids;
