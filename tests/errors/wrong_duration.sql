CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json', 'source.monitor-interval' = 'often');
SELECT * FROM t;
