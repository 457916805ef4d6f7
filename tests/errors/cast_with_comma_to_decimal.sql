CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT CAST(COALESCE(id, 1), DECIMAL(10, 2)) FROM orders;
