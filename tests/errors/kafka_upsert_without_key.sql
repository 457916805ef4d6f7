CREATE TABLE t (id INT) WITH (
  'connector' = 'upsert-kafka', 'topic' = 'x', 'key.format' = 'json', 'value.format' = 'json',
  'properties.bootstrap.servers' = 'h:1'
);
