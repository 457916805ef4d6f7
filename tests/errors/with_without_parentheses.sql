CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
WITH a AS SELECT id FROM orders SELECT id FROM a;
