CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT id FROM orders WHERE id BETWEEN 1, 5;
