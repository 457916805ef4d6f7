CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
MERGE INTO orders USING orders AS o ON TRUE WHEN MATCHED THEN DELETE;
