CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
CREATE TABLE t (id INT, b INT GENERATED ALWAYS AS (id + 1)) WITH ('connector' = 'datagen');
