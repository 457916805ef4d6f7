CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'pth' = 'x', 'path' = 'y', 'format' = 'json');
SELECT * FROM t;
