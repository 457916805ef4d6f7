CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
CREATE TABLE t (id INT(11)) WITH ('connector' = 'print');
