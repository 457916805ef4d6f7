CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT CASE WHEN id = 1 THEN 'a' ELSE IF id = 2 THEN 'b' END FROM orders;
