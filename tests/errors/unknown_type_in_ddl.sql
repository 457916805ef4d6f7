CREATE TABLE t (id INT, name TEXT) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
