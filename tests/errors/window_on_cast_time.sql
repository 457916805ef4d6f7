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
CREATE VIEW v AS SELECT CAST(ts AS TIMESTAMP(6)) AS t FROM bids;
SELECT window_start, COUNT(*)
FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(t), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end;
