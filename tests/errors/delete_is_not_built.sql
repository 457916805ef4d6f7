CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
DELETE FROM t WHERE id = 1;
