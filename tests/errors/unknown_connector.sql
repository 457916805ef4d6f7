CREATE TABLE t (id INT) WITH ('connector' = 'filesytem', 'path' = 'x', 'format' = 'json');
SELECT * FROM t;
