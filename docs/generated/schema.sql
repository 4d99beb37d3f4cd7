-- Written by a test from the migrations of all crates; edit those, not this.
-- {BYTES}: BLOB or BYTEA. {CLUSTERED}: WITHOUT ROWID on SQLite.

-- 202611240900_store
-- Everything that happened, written by the verb in its transaction. Chained per
-- writer lane: hash = SHA-256(previous hash, this row), so that an edited,
-- removed or inserted row shows. Person first, so that "who looked at me" is one
-- range read; rows about nobody carry person 0.
CREATE TABLE store_events (
    person_id BIGINT NOT NULL, -- whose event it is; 0 when nobody's
    lane SMALLINT NOT NULL, -- the writer that chained it
    seq BIGINT NOT NULL, -- place in the lane's chain, from 1, no gaps
    at BIGINT NOT NULL, -- microseconds UTC
    name SMALLINT NOT NULL, -- kind of event, docs/generated/events.md
    actor_id BIGINT NOT NULL, -- who did it; 0 for the node itself
    institution_id BIGINT NOT NULL, -- for whom it acted; 0 for nobody
    grant_id BIGINT NOT NULL, -- the leave it was done under; 0 when none is needed
    purpose TEXT NOT NULL, -- five digits of the purpose, empty when none
    object TEXT NOT NULL, -- what it was done to, our ids only
    detail {BYTES}, -- particulars as JSON; may be erased, the chain holds its digest
    hash {BYTES} NOT NULL, -- 32 bytes, covers this row and the previous hash
    PRIMARY KEY (person_id, lane, seq)
);

-- The last link of each lane's chain; one update per commit, by its only writer.
CREATE TABLE store_heads (
    lane SMALLINT NOT NULL PRIMARY KEY, -- the writer
    seq BIGINT NOT NULL, -- its last place
    hash {BYTES} NOT NULL -- its last hash
);

-- Replies kept for repeated idempotency keys, written in the transaction of the
-- effect itself.
CREATE TABLE store_once (
    key {BYTES} NOT NULL PRIMARY KEY, -- SHA-256 of principal, route and key, first 16 bytes
    body {BYTES} NOT NULL, -- SHA-256 of the canonical body
    status SMALLINT NOT NULL, -- HTTP status of the kept reply
    reply {BYTES} NOT NULL, -- its body, byte for byte
    at BIGINT NOT NULL, -- when, microseconds UTC
    keep SMALLINT NOT NULL -- 1: for ever (money, dispense, booking), 0: at least 7 days
) {CLUSTERED};

-- Work that must follow a commit: timers, deliveries, notices. May run twice.
CREATE TABLE store_jobs (
    lane SMALLINT NOT NULL, -- polled per lane
    id BIGINT NOT NULL, -- time-sorted
    topic TEXT NOT NULL, -- which handler
    due_at BIGINT NOT NULL, -- not before, microseconds UTC
    tries SMALLINT NOT NULL, -- how often it failed
    body {BYTES} NOT NULL, -- what the handler needs
    PRIMARY KEY (lane, id)
);

CREATE INDEX store_jobs_due ON store_jobs (lane, due_at);

-- Settings the node itself must remember: its id, keys' epochs, clean stop.
CREATE TABLE store_facts (
    name TEXT NOT NULL PRIMARY KEY, -- what
    value {BYTES} NOT NULL -- its value
);

-- 202611240902_once_old
-- Finds the replies that may be forgotten without reading those that are kept.
CREATE INDEX store_once_old ON store_once (at) WHERE keep = 0;

-- 202611240910_access
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

-- 202611240911_access_sign_in
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

-- 202611240920_directory
-- Institutions of the region: hospitals, health centres, pharmacies. Few, read
-- often, kept in memory by every node.
CREATE TABLE directory_institutions (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    code TEXT NOT NULL, -- the code other systems know it by (fixmedins_code)
    name TEXT NOT NULL, -- Chinese name
    name_en TEXT NOT NULL, -- English name, empty when none
    region TEXT NOT NULL, -- division code, six digits; empty when it lies outside
    level TEXT NOT NULL, -- grade or kind, as its supervisor names it; empty when none
    created_at BIGINT NOT NULL -- microseconds UTC
);

CREATE UNIQUE INDEX directory_institutions_code ON directory_institutions (code);

-- 202611240930_identity
-- The master index: one row a person, whoever told us of them.
CREATE TABLE identity_persons (
    person_id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    name TEXT NOT NULL, -- as written at home
    name_en TEXT NOT NULL, -- in Latin letters, empty when not known
    gender TEXT NOT NULL, -- male, female, other, unknown
    birth TEXT NOT NULL, -- YYYY, YYYY-MM or YYYY-MM-DD; empty when not known
    document_system TEXT NOT NULL, -- which paper is shown masked; empty when none
    document TEXT NOT NULL, -- its number
    phone TEXT NOT NULL, -- empty when not known
    insured TEXT NOT NULL, -- the plan in words, empty when nobody else pays
    insured_region TEXT NOT NULL, -- division code of the plan
    address TEXT NOT NULL, -- one line, empty when not known
    deceased_at BIGINT, -- microseconds UTC; 0 when dead since an unknown moment
    created_at BIGINT NOT NULL, -- microseconds UTC
    updated_at BIGINT NOT NULL, -- microseconds UTC
    version BIGINT NOT NULL -- from 1, counts changes
);

-- Which person an identifier leads to, for the whole region. The key is a keyed
-- digest, so that the table tells nobody which numbers exist.
CREATE TABLE identity_numbers (
    digest {BYTES} NOT NULL PRIMARY KEY, -- HMAC-SHA-256 under the node's index key, first 16 bytes
    person_id BIGINT NOT NULL -- whose
) {CLUSTERED};

-- The identifiers of a person and who told us of them.
CREATE TABLE identity_links (
    person_id BIGINT NOT NULL, -- whose
    digest {BYTES} NOT NULL, -- as in identity_numbers
    institution_id BIGINT NOT NULL, -- who told us
    system TEXT NOT NULL, -- who gave the identifier
    value TEXT NOT NULL, -- as it was told
    added_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (person_id, digest)
) {CLUSTERED};

-- 202611240940_credentials
-- Cards: the right of one medium to show a person's code.
CREATE TABLE credentials_cards (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted
    medium TEXT NOT NULL, -- phone, paper
    label TEXT NOT NULL, -- what its owner calls it
    issued_at BIGINT NOT NULL, -- microseconds UTC
    issued_by BIGINT NOT NULL, -- actor; 0 for the node itself
    institution_id BIGINT NOT NULL, -- where; 0 for nowhere
    revoked_at BIGINT, -- shows nothing from here on, microseconds UTC
    expires_at BIGINT, -- the same, known from the start
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Whose a card is: a code names the card only.
CREATE TABLE credentials_index (
    card_id BIGINT NOT NULL PRIMARY KEY, -- the card
    person_id BIGINT NOT NULL -- whose
);

-- Codes that were accepted, each once in the region (C2, C11). Kept for thirty
-- days, though a code is refused by its time after a minute: no clock that is set
-- back makes an old one good again.
CREATE TABLE credentials_used (
    person_id BIGINT NOT NULL, -- whose
    card_id BIGINT NOT NULL, -- which card showed it
    step BIGINT NOT NULL, -- half minute since 1970 times 8, plus sub-counter
    used_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (person_id, card_id, step)
) {CLUSTERED};

CREATE INDEX credentials_used_old ON credentials_used (used_at);

-- Scans that proved presence: who stood before whom, for what.
CREATE TABLE credentials_presences (
    person_id BIGINT NOT NULL, -- who was present
    id BIGINT NOT NULL, -- time-sorted
    card_id BIGINT NOT NULL, -- by which card
    institution_id BIGINT NOT NULL, -- where
    actor_id BIGINT NOT NULL, -- who scanned
    purpose TEXT NOT NULL, -- five digits
    place TEXT NOT NULL, -- room, window, terminal; empty when not told
    proved_at BIGINT NOT NULL, -- microseconds UTC
    expires_at BIGINT NOT NULL, -- proves nothing from here on
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- 202611240950_records
-- Clinical entries as hospitals supplied them, the current version of each. A
-- person's rows lie together in the order of clinical time, so that the half
-- year is one range read; person 0 holds what is about nobody (organisations,
-- practitioners). Patient resources lie before all time, at the least instant.
CREATE TABLE records_entries (
    person_id BIGINT NOT NULL, -- whose; 0 for shared resources
    at BIGINT NOT NULL, -- clinical instant, microseconds UTC
    id BIGINT NOT NULL, -- derived from supplier, type and the supplier's own id
    kind SMALLINT NOT NULL, -- resource type, numbers of the fhir crate
    lane SMALLINT NOT NULL, -- row of the timeline, numbers of the fhir crate
    institution_id BIGINT NOT NULL, -- who supplied it
    version BIGINT NOT NULL, -- from 1
    recorded_at BIGINT NOT NULL, -- when this version came, microseconds UTC
    until_at BIGINT, -- end of a period, microseconds UTC
    flag SMALLINT NOT NULL, -- 0 none, 1 low, 2 high, 3 abnormal, 4 critical, 5 withdrawn
    status TEXT NOT NULL, -- the resource's status
    code TEXT NOT NULL, -- system|code of the first coding
    title TEXT NOT NULL, -- what it is, one line
    value TEXT NOT NULL, -- what it says, one line
    digest BIGINT NOT NULL, -- of the content, so that the same again is no new version
    body {BYTES} NOT NULL, -- the resource, codec byte in front
    PRIMARY KEY (person_id, at, id)
) {CLUSTERED};

CREATE UNIQUE INDEX records_entries_id ON records_entries (person_id, id);

-- Versions that were replaced.
CREATE TABLE records_versions (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- the entry
    version BIGINT NOT NULL, -- from 1
    kind SMALLINT NOT NULL, -- resource type
    institution_id BIGINT NOT NULL, -- who supplied it
    recorded_at BIGINT NOT NULL, -- when it came, microseconds UTC
    body {BYTES} NOT NULL, -- the resource, codec byte in front
    PRIMARY KEY (person_id, id, version)
) {CLUSTERED};

-- Business identifiers of entries, for conditional references and updates.
CREATE TABLE records_identifiers (
    person_id BIGINT NOT NULL, -- whose entry
    digest {BYTES} NOT NULL, -- SHA-256 of type, system and value, first 16 bytes
    entry_id BIGINT NOT NULL, -- the entry
    PRIMARY KEY (person_id, digest, entry_id)
) {CLUSTERED};
