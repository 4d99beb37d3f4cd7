-- Secrets of the node itself, made once and never shown.
CREATE TABLE access_keys (
    name TEXT NOT NULL PRIMARY KEY, -- what it is for
    body {BYTES} NOT NULL -- 32 random bytes
) {CLUSTERED};

-- All tokens of an actor, to end them together.
CREATE INDEX access_tokens_by_actor ON access_tokens (actor_id);

-- The name an actor signs in with.
CREATE INDEX access_logins_by_actor ON access_logins (actor_id);

-- A passkey belongs to one actor only.
CREATE UNIQUE INDEX access_passkeys_by_id ON access_passkeys (id);
