SELECT * FROM t WHERE name = 'it\'s';
