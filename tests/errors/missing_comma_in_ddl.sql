CREATE TABLE t (
  id INT
  name STRING
) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
