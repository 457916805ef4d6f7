CREATE TABLE t IF NOT EXISTS (id INT) WITH ('connector' = 'print');
