-- Sessions and the last windows of a topic that gets another partition, whose rows are younger than all others.
CREATE TABLE clicks (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'clicks', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE sessions (k BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), n BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'sessions', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'sink.delivery-guarantee' = 'exactly-once');
INSERT INTO sessions SELECT k, window_start, window_end, COUNT(*)
  FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND))
  GROUP BY k, window_start, window_end;
