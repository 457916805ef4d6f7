CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 'x');
SELECT * FROM t;
