-- Every row of one run's result, to compare runs.
CREATE TABLE delays (
  hour_start TIMESTAMP(3), carrier STRING, tailnum STRING, manufacturer STRING, seats INT, departures BIGINT,
  cancelled BIGINT, late BIGINT, total_delay BIGINT, worst_delay INT, origin STRING
) PARTITIONED BY (origin) WITH ('connector' = 'filesystem', 'path' = '${FOLDER}', 'format' = 'parquet');
SELECT * FROM delays;
