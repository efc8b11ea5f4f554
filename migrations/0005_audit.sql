-- The audit key, sealed; opaque to the database.
CREATE TABLE ops.audit_key (
  name text PRIMARY KEY,
  record jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- As before, with one list more: when another log recorded an event first (null: now, as for all that TAPS itself
-- writes). Times never go backwards and never lie ahead of this clock. The function of before stays for the processes
-- of the release before.
CREATE FUNCTION log.append(
  streams text[], expected integer[], counts integer[],
  ids uuid[], types text[], schema_versions integer[], datas text[], metadatas jsonb[],
  recorded_ats timestamptz[]
) RETURNS TABLE (outcome text, revision_at integer, position_at bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  head bigint;
  head_before bigint;
  last_at timestamptz;
  now_at timestamptz;
  actual integer;
  in_place integer;
  known integer;
  first integer := 1;
  last integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('taps.log'));
  SELECT e.position, e.recorded_at INTO head, last_at FROM log.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, -1);
  head_before := head;
  now_at := greatest(last_at, date_trunc('milliseconds', clock_timestamp()));

  FOR a IN 1 .. cardinality(streams) LOOP
    last := first + counts[a] - 1;
    SELECT e.revision INTO actual FROM log.events e
      WHERE e.stream = streams[a] ORDER BY e.revision DESC LIMIT 1;
    actual := coalesce(actual, -1);
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
        SELECT head + new.i, streams[a], actual + new.i, new.id, new.type, new.schema_version, new.data, new.metadata,
               greatest(last_at, max(least(coalesce(new.recorded_at, now_at), now_at)) OVER (ORDER BY new.i))
        FROM unnest(ids[first:last], types[first:last], schema_versions[first:last], datas[first:last],
                    metadatas[first:last], recorded_ats[first:last])
          WITH ORDINALITY AS new(id, type, schema_version, data, metadata, recorded_at, i);
      head := head + counts[a];
      SELECT e.recorded_at INTO last_at FROM log.events e WHERE e.position = head;
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

-- Whoever runs TAPS and does not migrate is given what it needs by name; nobody else gets anything.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA log FROM PUBLIC;
