CREATE TABLE t (id INT, name STRING, id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
