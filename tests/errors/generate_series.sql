CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT * FROM generate_series(1, 10);
