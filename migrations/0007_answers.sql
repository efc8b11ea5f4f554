-- What was answered to a command, by the key that its caller gave it: the same command again gets the same answer.
CREATE TABLE ops.answer (
  -- The account's id, or of a token of nobody's its own.
  caller uuid NOT NULL,
  key text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  -- Digest of what was asked: a key stands for one command.
  request text NOT NULL CHECK (request ~ '^[0-9a-f]{64}$'),
  -- Whoever carries it out, and until when nobody else does.
  claim uuid NOT NULL,
  claimed_until timestamptz NOT NULL,
  -- Null: not answered yet.
  answer text,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (caller, key)
);
CREATE INDEX answer_asked_at ON ops.answer (asked_at);
CREATE UNIQUE INDEX answer_claim ON ops.answer (claim);
