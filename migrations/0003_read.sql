-- The read models' schema; their engine creates the tables. Operators find them without naming the schema.
CREATE SCHEMA read;

DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = read, public', current_database());
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'only the owner of database % may set its search_path to read, public', current_database();
END $$;
