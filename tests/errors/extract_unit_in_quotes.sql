CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT EXTRACT('hour' FROM ts) FROM orders;
