CREATE TABLE t (id INT) WITH (
  'connector' = 'kafka', 'topic' = 'x', 'format' = 'json', 'properties.bootstrap.servers' = 'h:1',
  'sink.delivery-guarantee' = 'exactly-once'
);
