-- The year's departures into a topic, in the order in which they happened.

CREATE TABLE flights_file (
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
  distance  INT
) WITH (
  'connector' = 'kafka', 'topic' = 'flights', 'properties.bootstrap.servers' = '${BROKER}',
  'format' = 'json', 'sink.partitioner' = 'round-robin'
);

INSERT INTO flights SELECT * FROM flights_file;
