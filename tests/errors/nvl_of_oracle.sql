CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT NVL(id, 0) FROM orders;
