-- Where the year's delays came from, out of the Parquet files that the batch wrote.
CREATE TABLE delays (
  hour_start TIMESTAMP(3), carrier STRING, tailnum STRING, manufacturer STRING, seats INT, departures BIGINT,
  cancelled BIGINT, late BIGINT, total_delay BIGINT, worst_delay INT, origin STRING
) PARTITIONED BY (origin) WITH ('connector' = 'filesystem', 'path' = '${FOLDER}', 'format' = 'parquet');

SELECT origin, manufacturer, SUM(departures) AS departures, SUM(late) AS late, MAX(worst_delay) AS worst_delay_min
FROM delays GROUP BY origin, manufacturer HAVING SUM(departures) > 5000 ORDER BY late DESC;
