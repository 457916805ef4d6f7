CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT STRING_AGG(note, ',') FROM orders;
