CREATE TABLE t (id INT) WITH (
  'connector' = 'kafka', 'topic' = 'x', 'format' = 'json', 'properties.bootstrap.servers' = 'h:1',
  'properties.security.protocl' = 'SSL'
);
