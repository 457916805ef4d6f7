CREATE TABLE t (id INT, n STRING METADATA FROM 'file.nam') WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
SELECT * FROM t;
