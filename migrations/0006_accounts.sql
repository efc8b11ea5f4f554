-- Who may use the API. Of passwords and tokens only hashes are kept.
CREATE TABLE ops.account (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  -- Grows with each new password, and not where the same one is only hashed anew.
  password_version integer NOT NULL DEFAULT 1,
  role text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  disabled boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_name ON ops.account (lower(name));

-- A family of refresh tokens: all that came of one login.
CREATE TABLE ops.session (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES ops.account,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_for text CHECK (revoked_for IN ('logout', 'reuse', 'password', 'disabled')),
  CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);
CREATE INDEX session_account ON ops.session (account_id);
CREATE INDEX session_expires ON ops.session (expires_at);

CREATE TABLE ops.refresh_token (
  hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
  session_id uuid NOT NULL REFERENCES ops.session ON DELETE CASCADE,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX refresh_token_session ON ops.refresh_token (session_id);
-- However many ask at once, a session has one token that is not used.
CREATE UNIQUE INDEX refresh_token_unused ON ops.refresh_token (session_id) WHERE used_at IS NULL;

CREATE TABLE ops.api_token (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'operate', 'admin']),
  -- Null: nobody's, so that it outlives whoever made it.
  account_id uuid REFERENCES ops.account,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Logins that failed, or are under way. An account's key is a digest: people type passwords where their names belong.
CREATE TABLE ops.login_failures (
  kind text NOT NULL CHECK (kind IN ('account', 'address')),
  key text NOT NULL,
  failures integer NOT NULL,
  failed_at timestamptz NOT NULL,
  PRIMARY KEY (kind, key)
);

-- Where somebody has logged in from, under the same keys: nobody elsewhere can keep them out.
CREATE TABLE ops.login_address (
  account text NOT NULL,
  address text NOT NULL,
  last_login_at timestamptz NOT NULL,
  PRIMARY KEY (account, address)
);
