CREATE TABLE t (id INT) WITH ('connector' = 'kinesis', 'topic' = 'x', 'format' = 'json');
