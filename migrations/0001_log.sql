-- The append-only log: the only truth. Positions are gapless and in the order of commits, so a reader that asks
-- for `position > last` misses nothing.

DO $$
BEGIN
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the database must have the encoding UTF8: events are kept byte for byte';
  END IF;
END $$;

CREATE SCHEMA log;

-- The log's identity: its positions mean nothing in another.
CREATE TABLE log.store (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO log.store DEFAULT VALUES;

CREATE TABLE log.events (
  position bigint PRIMARY KEY CHECK (position >= 0),
  stream text COLLATE "C" NOT NULL,
  revision integer NOT NULL CHECK (revision >= 0),
  id uuid NOT NULL,
  type text NOT NULL,
  schema_version integer NOT NULL,
  data text NOT NULL,
  metadata jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  UNIQUE (stream, revision),
  UNIQUE (stream, id)
);

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is immutable: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
  FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON log.store
  FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
-- Also where triggers are off for ordinary sessions (session_replication_role).
ALTER TABLE log.events ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE log.store ENABLE ALWAYS TRIGGER immutable;

-- Appends in the order given, each with an outcome of its own; one row each, in that order. The arrays of events
-- hold the appends' events one after another, `counts` says how many belong to each.
--   appended        at expected + 1 ..., or there already with the same content: the original place
--   known-id        an id is in the stream elsewhere, or there with other content
--   wrong-revision  the stream's last revision (in `revision_at`) is not the expected one
-- The lock is held until the transaction ends: positions become visible in order, and one that is rolled back
-- leaves no gap. It comes before any read: each statement of the function then sees all that was committed.
-- The plan must not be one made for an empty table, for the session outlives that.
CREATE FUNCTION log.append(
  streams text[], expected integer[], counts integer[],
  ids uuid[], types text[], schema_versions integer[], datas text[], metadatas jsonb[]
) RETURNS TABLE (outcome text, revision_at integer, position_at bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  head bigint;
  head_before bigint;
  now_at timestamptz;
  actual integer;
  in_place integer;
  known integer;
  first integer := 1;
  last integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('taps.log'));
  SELECT e.position, e.recorded_at INTO head, now_at FROM log.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, -1);
  head_before := head;
  -- Never backwards, also when the clock is set: a time has one place in the log.
  now_at := greatest(now_at, date_trunc('milliseconds', clock_timestamp()));

  FOR a IN 1 .. cardinality(streams) LOOP
    last := first + counts[a] - 1;
    SELECT e.revision INTO actual FROM log.events e
      WHERE e.stream = streams[a] ORDER BY e.revision DESC LIMIT 1;
    actual := coalesce(actual, -1);
    -- LIMIT keeps this a look-up by id: a join might read the whole stream for it.
    SELECT count(*), count(*) FILTER (WHERE old.revision = expected[a] + new.i AND old.type = new.type
        AND old.schema_version = new.schema_version AND old.data = new.data)
      INTO known, in_place
      FROM unnest(ids[first:last], types[first:last], schema_versions[first:last], datas[first:last])
        WITH ORDINALITY AS new(id, type, schema_version, data, i)
      CROSS JOIN LATERAL (
        SELECT e.revision, e.type, e.schema_version, e.data FROM log.events e
        WHERE e.stream = streams[a] AND e.id = new.id LIMIT 1
      ) AS old;

    IF in_place = counts[a] THEN
      outcome := 'appended';
      revision_at := expected[a] + counts[a];
      SELECT e.position INTO position_at FROM log.events e
        WHERE e.stream = streams[a] AND e.revision = revision_at;
    ELSIF known > in_place THEN
      outcome := 'known-id';
      revision_at := actual;
      position_at := NULL;
    ELSIF expected[a] <> actual THEN
      outcome := 'wrong-revision';
      revision_at := actual;
      position_at := NULL;
    ELSE
      INSERT INTO log.events
        SELECT head + new.i, streams[a], actual + new.i, new.id, new.type, new.schema_version, new.data,
               new.metadata, now_at
        FROM unnest(ids[first:last], types[first:last], schema_versions[first:last], datas[first:last],
                    metadatas[first:last])
          WITH ORDINALITY AS new(id, type, schema_version, data, metadata, i);
      head := head + counts[a];
      outcome := 'appended';
      revision_at := actual + counts[a];
      position_at := head;
    END IF;
    first := last + 1;
    RETURN NEXT;
  END LOOP;

  IF head > head_before THEN
    PERFORM pg_notify('taps_log', head::text);
  END IF;
END $$;
