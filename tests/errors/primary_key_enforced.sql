CREATE TABLE t (id INT PRIMARY KEY, name STRING) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
