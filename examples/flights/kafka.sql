-- The same as flights.sql, from one topic into another, exactly once: delays of every hour, airport, carrier and plane,
-- beside what is known of the plane.

CREATE TABLE flights (
  happened  TIMESTAMP(3),
  carrier   STRING,
  tailnum   STRING,
  origin    STRING,
  cancelled BOOLEAN,
  dep_delay INT,
  WATERMARK FOR happened AS happened - INTERVAL '5' MINUTE
) WITH (
  'connector' = 'kafka', 'topic' = 'flights', 'properties.bootstrap.servers' = '${BROKER}',
  'properties.group.id' = 'delays', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json'
);

CREATE TABLE planes (
  tailnum STRING, `year` STRING, `type` STRING, manufacturer STRING, model STRING, engines INT, seats INT, speed STRING, engine STRING
) WITH ('connector' = 'filesystem', 'path' = 'build/demo/planes.csv', 'format' = 'csv', 'csv.skip-header' = 'true');

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
) WITH (
  'connector' = 'kafka', 'topic' = 'delays', 'properties.bootstrap.servers' = '${BROKER}',
  'format' = 'json', 'sink.delivery-guarantee' = 'exactly-once'
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
