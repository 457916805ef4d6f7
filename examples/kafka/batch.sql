-- Everything that is in the topic when the query starts, as a batch.
SET 'execution.runtime-mode' = 'batch';

CREATE TABLE clicks (
  user_id INT,
  page STRING,
  seen TIMESTAMP(3),
  part INT METADATA FROM 'partition' VIRTUAL
) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks',
  'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
);

SELECT user_id, COUNT(*) AS clicks, COUNT(DISTINCT part) AS partitions FROM clicks GROUP BY user_id ORDER BY user_id;
