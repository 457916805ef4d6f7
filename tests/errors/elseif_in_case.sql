CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SELECT CASE WHEN id = 1 THEN 'a' ELSEIF id = 2 THEN 'b' END FROM orders;
