CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT id FROM orders LATERAL VIEW EXPLODE(note) AS word;
