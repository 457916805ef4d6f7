CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT * REPLACE (id + 1 AS id) FROM orders;
