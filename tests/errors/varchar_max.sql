CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT CAST(id AS VARCHAR(MAX)) FROM orders;
