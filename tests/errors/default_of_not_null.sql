CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
CREATE TABLE t (id INT NOT NULL DEFAULT 0) WITH ('connector' = 'datagen');
