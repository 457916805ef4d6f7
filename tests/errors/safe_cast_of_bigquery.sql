CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT SAFE_CAST(note AS INT) FROM orders;
