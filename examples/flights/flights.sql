-- Delays of every hour, airport, carrier and plane, beside what is known of the plane.
--
-- Run it as a stream (the default) or as a batch (--set execution.runtime-mode=batch): the rows are the same.
-- To see a year go by at a chosen speed: --set tidemark.replay.speed=1000000 (seconds of the year per second).

CREATE TABLE flights (
  happened  TIMESTAMP(3),
  scheduled TIMESTAMP(3),
  carrier   STRING,
  flight    INT,
  tailnum   STRING,
  origin    STRING,
  dest      STRING,
  cancelled BOOLEAN,
  dep_delay INT,
  arr_delay INT,
  distance  INT,
  WATERMARK FOR happened AS happened - INTERVAL '5' MINUTE
) WITH ('connector' = 'filesystem', 'path' = 'build/demo/flights.json', 'format' = 'json');

CREATE TABLE planes (
  tailnum      STRING,
  `year`       STRING,
  `type`       STRING,
  manufacturer STRING,
  model        STRING,
  engines      INT,
  seats        INT,
  speed        STRING,
  engine       STRING
) WITH (
  'connector' = 'filesystem', 'path' = 'build/demo/planes.csv',
  'format' = 'csv', 'csv.skip-header' = 'true'
);

CREATE TABLE delays (
  hour_start   TIMESTAMP(3),
  carrier      STRING,
  tailnum      STRING,
  manufacturer STRING,
  seats        INT,
  departures   BIGINT,
  cancelled    BIGINT,
  late         BIGINT,
  total_delay  BIGINT,
  worst_delay  INT,
  origin       STRING
) PARTITIONED BY (origin) WITH (
  'connector' = 'filesystem', 'path' = 'build/demo/delays', 'format' = 'parquet'
);

CREATE VIEW hourly AS
SELECT window_start, origin, carrier, tailnum,
       COUNT(*)                                 AS departures,
       COUNT(*) FILTER (WHERE cancelled)        AS cancelled,
       COUNT(*) FILTER (WHERE dep_delay >= 15)  AS late,
       SUM(CAST(dep_delay AS BIGINT))           AS total_delay,
       MAX(dep_delay)                           AS worst_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(happened), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin, carrier, tailnum;

INSERT INTO delays
SELECT h.window_start, h.carrier, h.tailnum, p.manufacturer, p.seats,
       h.departures, h.cancelled, h.late, h.total_delay, h.worst_delay, h.origin
FROM hourly AS h JOIN planes AS p ON h.tailnum = p.tailnum;
