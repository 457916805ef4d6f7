CREATE TABLE t (id INT, name STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
SELECT EXTRACT(FOO FROM ts) FROM t;
