-- Windows with event time over three partitions, and rows that go through as they are: two sinks of one job.
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE counts (k BIGINT, window_start TIMESTAMP(3), n BIGINT, total BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'counts', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'sink.delivery-guarantee' = 'exactly-once');
CREATE TABLE extremes (k BIGINT, v BIGINT, ts TIMESTAMP(3))
WITH ('connector' = 'kafka', 'topic' = 'extremes', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'sink.delivery-guarantee' = 'exactly-once');
EXECUTE STATEMENT SET BEGIN
INSERT INTO counts SELECT k, window_start, COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO extremes SELECT k, v, ts FROM events WHERE v >= 80;
END;
