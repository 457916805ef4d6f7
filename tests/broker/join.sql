-- Two topics joined, one of which gets another partition while the job runs; rows into a topic and into files.
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3))
WITH ('connector' = 'kafka', 'topic' = 'events', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE names (k BIGINT, name STRING)
WITH ('connector' = 'kafka', 'topic' = 'names', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TABLE joined (name STRING, v BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'joined', 'format' = 'json', 'properties.bootstrap.servers' = 'simulated:9092',
      'sink.delivery-guarantee' = 'exactly-once');
CREATE TABLE copies (k BIGINT, v BIGINT) PARTITIONED BY (k)
WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
INSERT INTO joined SELECT name, v FROM events JOIN names ON events.k = names.k;
INSERT INTO copies SELECT k, v FROM events WHERE v < 50;
END;
