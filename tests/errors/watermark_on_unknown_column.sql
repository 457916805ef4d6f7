CREATE TABLE t (id INT, ts TIMESTAMP(3), WATERMARK FOR tss AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');
