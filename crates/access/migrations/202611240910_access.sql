-- Who acts: staff, citizens, devices, programs.
CREATE TABLE access_actors (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    kind SMALLINT NOT NULL, -- 1 staff, 2 citizen, 3 device, 4 system
    name TEXT NOT NULL, -- as people whose data it opens read it
    role TEXT NOT NULL, -- a column of the policy table
    institution_id BIGINT, -- for whom it acts
    place TEXT NOT NULL, -- department, room, window; empty when none
    person_id BIGINT, -- who a citizen is
    created_at BIGINT NOT NULL, -- microseconds UTC
    disabled_at BIGINT -- since when it may do nothing
);

-- The name somebody signs in with.
CREATE TABLE access_logins (
    login TEXT NOT NULL PRIMARY KEY, -- lower case
    actor_id BIGINT NOT NULL -- whose
) {CLUSTERED};

-- Password and one-time codes of those who sign in with them.
CREATE TABLE access_secrets (
    actor_id BIGINT NOT NULL PRIMARY KEY, -- whose
    password TEXT, -- Argon2id, PHC text
    totp {BYTES}, -- shared secret of RFC 6238, when confirmed
    totp_pending {BYTES}, -- the same, shown but not yet confirmed
    totp_step BIGINT NOT NULL, -- last 30-second step used, so that none is used twice
    failures SMALLINT NOT NULL, -- wrong tries in a row
    locked_until BIGINT NOT NULL -- no try before, microseconds UTC
) {CLUSTERED};

-- Passkeys (WebAuthn).
CREATE TABLE access_passkeys (
    actor_id BIGINT NOT NULL, -- whose
    id {BYTES} NOT NULL, -- credential id
    body {BYTES} NOT NULL, -- credential as JSON
    label TEXT NOT NULL, -- what its owner calls it
    added_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (actor_id, id)
) {CLUSTERED};

-- Bearer tokens and sessions, by digest only.
CREATE TABLE access_tokens (
    digest {BYTES} NOT NULL PRIMARY KEY, -- SHA-256 of the token
    actor_id BIGINT NOT NULL, -- whom it signs in
    kind SMALLINT NOT NULL, -- 1 bearer of a machine, 2 session of a browser
    label TEXT NOT NULL, -- what it is for
    created_at BIGINT NOT NULL, -- microseconds UTC
    expires_at BIGINT NOT NULL, -- not valid from here on
    revoked_at BIGINT -- taken back
) {CLUSTERED};

-- Leave to read a person's rows: who, for what, on which basis, until when.
CREATE TABLE access_grants (
    person_id BIGINT NOT NULL, -- whose rows
    id BIGINT NOT NULL, -- time-sorted
    institution_id BIGINT NOT NULL, -- whose care team
    actor_id BIGINT NOT NULL, -- who opened it
    purpose TEXT NOT NULL, -- five digits
    basis SMALLINT NOT NULL, -- 1 presence
    basis_id BIGINT NOT NULL, -- the presence
    opened_at BIGINT NOT NULL, -- microseconds UTC
    until_at BIGINT NOT NULL, -- ends by itself
    ended_at BIGINT, -- ended before, by the person or the institution
    PRIMARY KEY (person_id, id)
) {CLUSTERED};
