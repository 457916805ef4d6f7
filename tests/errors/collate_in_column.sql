CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
CREATE TABLE t (a STRING COLLATE utf8) WITH ('connector' = 'datagen');
