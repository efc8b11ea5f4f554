-- What the processes of one installation share beside the log. Nothing here is truth.

-- Who may try. A token is never given out twice.
CREATE TABLE ops.lease (
  name text PRIMARY KEY,
  token bigint NOT NULL,
  holder uuid,
  expires_at timestamptz NOT NULL
);

-- The last thing that an installation saw in the log before it let bytes leave.
CREATE TABLE ops.witness (
  name text PRIMARY KEY,
  revision integer NOT NULL,
  event_id text NOT NULL,
  written_at timestamptz NOT NULL
);

-- Encrypted keys. The record is opaque to the database.
CREATE TABLE ops.wallet (
  address text PRIMARY KEY,
  record jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
