CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
CREATE TABLE t (id INT AUTO_INCREMENT) WITH ('connector' = 'datagen');
