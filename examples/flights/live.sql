-- The year so far, by airport and airline: a result that changes as windows of a day complete.

CREATE TABLE flights (
  happened  TIMESTAMP(3),
  carrier   STRING,
  tailnum   STRING,
  origin    STRING,
  cancelled BOOLEAN,
  dep_delay INT,
  WATERMARK FOR happened AS happened - INTERVAL '5' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'build/demo/flights.json', 'format' = 'json');

CREATE TABLE airlines (carrier STRING, name STRING) WITH (
  'connector' = 'filesystem', 'path' = 'build/demo/airlines.csv', 'format' = 'csv', 'csv.skip-header' = 'true');

CREATE TABLE planes (
  tailnum STRING, `year` STRING, `type` STRING, manufacturer STRING, model STRING, engines INT, seats INT, speed STRING, engine STRING
) WITH ('connector' = 'filesystem', 'path' = 'build/demo/planes.csv', 'format' = 'csv', 'csv.skip-header' = 'true');

CREATE VIEW daily AS
SELECT window_start AS `day`, origin, carrier, tailnum,
       COUNT(*) AS departures, COUNT(*) FILTER (WHERE cancelled) AS cancelled, SUM(CAST(dep_delay AS BIGINT)) AS total_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(happened), INTERVAL '1' DAY))
GROUP BY window_start, window_end, origin, carrier, tailnum;

SELECT d.origin                                              AS airport,
       a.name                                                AS airline,
       MAX(d.`day`)                                          AS up_to,
       SUM(d.departures)                                     AS departures,
       SUM(d.cancelled)                                      AS cancelled,
       SUM(d.total_delay) / (SUM(d.departures) - SUM(d.cancelled) + 1) AS mean_delay_min,
       SUM(d.departures * p.seats)                           AS seats
FROM daily AS d
JOIN airlines AS a ON d.carrier = a.carrier
JOIN planes AS p ON d.tailnum = p.tailnum
GROUP BY d.origin, a.name;
