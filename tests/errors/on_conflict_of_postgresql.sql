CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
INSERT INTO orders VALUES (1, 'x', NULL) ON CONFLICT DO NOTHING;
