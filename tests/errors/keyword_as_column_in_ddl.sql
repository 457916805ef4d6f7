CREATE TABLE t (id INT, table STRING) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
