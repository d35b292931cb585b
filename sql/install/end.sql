-- How install.sql ends.
COMMIT;
\echo the schema has version :newest
