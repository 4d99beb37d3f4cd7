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

-- 202611240935_keys
-- Keys of the node, each of one use; the private part is sealed under a secret
-- that is never in the database. A row is the issuance log's subject: it is never
-- taken away.
CREATE TABLE keys_keys (
    kid {BYTES} NOT NULL PRIMARY KEY, -- 8 bytes; the highest bit is set for test keys
    used TEXT NOT NULL, -- what it is for: presence, issuing, bill-seal and so on
    site_id BIGINT NOT NULL, -- the institution it belongs to; 0 for the region
    suite SMALLINT NOT NULL, -- the byte of its suite; 0 for a secret that signs nothing
    public_part {BYTES} NOT NULL, -- the public key; for a secret a digest of it
    sealed {BYTES} NOT NULL, -- the private part as the custody gave it out
    state TEXT NOT NULL, -- next, active, retired, revoked
    created_at BIGINT NOT NULL, -- microseconds UTC
    not_before BIGINT NOT NULL, -- signs nothing before, microseconds UTC
    not_after BIGINT NOT NULL, -- nothing signed by it counts from here on, microseconds UTC
    ended_at BIGINT, -- when it was retired or revoked, microseconds UTC
    reason TEXT NOT NULL -- why it was revoked; empty else
);

CREATE INDEX keys_keys_by_use ON keys_keys (used, site_id);

-- One number that rises with every change, so that other processes on this
-- database notice cheaply; also the version of the trust list.
CREATE TABLE keys_versions (
    one SMALLINT NOT NULL PRIMARY KEY, -- always 1
    version BIGINT NOT NULL -- changes so far
);

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

-- 202611240941_credentials_life
-- A card has stages: applied, active, suspended, lost, revoked, replaced, expired.
ALTER TABLE credentials_cards ADD COLUMN state TEXT NOT NULL DEFAULT 'active';

UPDATE credentials_cards SET state = 'revoked' WHERE revoked_at IS NOT NULL;

-- How sure it is that it was given to the right person: 0 nobody looked, 1 told,
-- 2 document, 3 document and face. Cards of before were issued at a staffed desk.
ALTER TABLE credentials_cards ADD COLUMN proof SMALLINT NOT NULL DEFAULT 2;

-- Cards that run out.
CREATE INDEX credentials_cards_ending ON credentials_cards (expires_at);

-- The mandate under which somebody else shows it; 0 for none.
ALTER TABLE credentials_cards ADD COLUMN mandate_id BIGINT NOT NULL DEFAULT 0;

-- What mints codes: a card shown by the node itself, or a device of its own. A code
-- carries this number under a key of the region.
CREATE TABLE credentials_minters (
    id BIGINT NOT NULL PRIMARY KEY, -- the card's or the device's number
    person_id BIGINT NOT NULL, -- whose code it is
    card_id BIGINT NOT NULL, -- by which card
    removed_at BIGINT -- mints nothing from here on, microseconds UTC
);

INSERT INTO credentials_minters (id, person_id, card_id) SELECT card_id, person_id, card_id FROM credentials_index;

DROP TABLE credentials_index;

-- Codes of the layout of before are of no version any more, and so are their marks.
DROP TABLE credentials_used;

-- Codes that were accepted, each once in the region (C2, C11). A code is refused by
-- its time after a minute, so a mark is forgotten after five; what was forgotten is
-- refused by the floor, a fact of the store, should a clock be set back.
CREATE TABLE credentials_marks (
    step BIGINT NOT NULL, -- half minute since 1970 times 8, plus sub-counter
    minter_id BIGINT NOT NULL, -- which card or device showed it
    PRIMARY KEY (step, minter_id)
) {CLUSTERED};

-- How a presence was proved: the carrier, and how sure it makes us (0 to 3).
ALTER TABLE credentials_presences ADD COLUMN carrier TEXT NOT NULL DEFAULT 'code';

ALTER TABLE credentials_presences ADD COLUMN level SMALLINT NOT NULL DEFAULT 3;

-- Who showed the code in the person's stead, and under which mandate; 0 for nobody.
ALTER TABLE credentials_presences ADD COLUMN holder_id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE credentials_presences ADD COLUMN mandate_id BIGINT NOT NULL DEFAULT 0;

-- The grant that it opened; 0 for none.
ALTER TABLE credentials_presences ADD COLUMN grant_id BIGINT NOT NULL DEFAULT 0;

-- When the person ended it, microseconds UTC.
ALTER TABLE credentials_presences ADD COLUMN ended_at BIGINT;

-- 202611240942_credentials_devices
-- Devices that mint codes: phones of a person, for themselves or for family.
CREATE TABLE credentials_devices (
    person_id BIGINT NOT NULL, -- whose device it is
    id BIGINT NOT NULL, -- time-sorted; also a minter
    card_id BIGINT NOT NULL, -- the card it shows
    shows_id BIGINT NOT NULL, -- whose code it shows: the person, or family
    label TEXT NOT NULL, -- what its owner calls it
    public_key {BYTES} NOT NULL, -- its P-256 point, 65 bytes; secrets travel to it wrapped
    registered_at BIGINT NOT NULL, -- microseconds UTC
    seen_at BIGINT NOT NULL, -- when it last fetched handles, microseconds UTC
    removed_at BIGINT, -- mints nothing from here on, microseconds UTC
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Numbers of other cards that stand for a person: bank, social security, hospital.
-- Only a keyed digest is kept; the key is not in the database.
CREATE TABLE credentials_numbers (
    digest {BYTES} NOT NULL PRIMARY KEY, -- 16 bytes
    person_id BIGINT NOT NULL, -- whose
    card_id BIGINT NOT NULL -- the card it is
);

-- Leave to show a code for somebody else, with its limits.
CREATE TABLE credentials_mandates (
    person_id BIGINT NOT NULL, -- for whom
    id BIGINT NOT NULL, -- time-sorted
    holder_id BIGINT NOT NULL, -- who may
    kind TEXT NOT NULL, -- guardian, delegate
    purposes TEXT NOT NULL, -- codes with a blank between; empty for all
    until_at BIGINT, -- until when, microseconds UTC
    limit_fen BIGINT, -- up to which amount a settlement may go
    given_at BIGINT NOT NULL, -- microseconds UTC
    given_by BIGINT NOT NULL, -- actor
    ended_at BIGINT, -- microseconds UTC
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

CREATE INDEX credentials_mandates_held ON credentials_mandates (holder_id);

-- Credentials and printed codes that were given out, by the number they carry, so
-- that what terminals accepted finds its person and what ended can be listed.
CREATE TABLE credentials_slips (
    number {BYTES} NOT NULL PRIMARY KEY, -- 16 random bytes, the pseudonym inside
    kid {BYTES} NOT NULL, -- 8 bytes: the key that signed it
    person_id BIGINT NOT NULL, -- whose
    card_id BIGINT NOT NULL, -- by which card
    minter_id BIGINT NOT NULL, -- on which device; the card itself for paper
    expires_at BIGINT NOT NULL -- microseconds UTC
);

CREATE INDEX credentials_slips_old ON credentials_slips (expires_at);

-- What terminals accepted without a network, told later. The same credential and
-- step from two terminals is one use too many.
CREATE TABLE credentials_offline (
    number {BYTES} NOT NULL, -- what the credential carries
    step BIGINT NOT NULL, -- half minute times 8, plus sub-counter; 0 for paper
    actor_id BIGINT NOT NULL, -- which terminal
    accepted_at BIGINT NOT NULL, -- the terminal's clock, microseconds UTC
    person_id BIGINT NOT NULL, -- whose
    institution_id BIGINT NOT NULL, -- where
    purpose TEXT NOT NULL, -- five digits
    told_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (number, step, actor_id, accepted_at)
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

-- 202611241000_insurance
-- Plans: the documents that say what a fund pays, each for one pooling area and
-- insured type, with a version and the days it holds. Never edited; a mistake is
-- mended by a later version of the same days.
CREATE TABLE insurance_plans (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    admdvs TEXT NOT NULL, -- pooling area, six digits
    insutype TEXT NOT NULL, -- insured type, three digits
    version TEXT NOT NULL, -- as its authors call it
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day, days since 1970-01-01
    loaded_at BIGINT NOT NULL, -- microseconds UTC
    loaded_by BIGINT NOT NULL, -- actor; 0 for the node itself
    document {BYTES} NOT NULL -- JSON, byte for byte as it was given
);

CREATE UNIQUE INDEX insurance_plans_version ON insurance_plans (admdvs, insutype, version);

-- Versions of an area's catalogue of drugs, services and consumables.
CREATE TABLE insurance_catalogues (
    admdvs TEXT NOT NULL, -- area whose prices and classes these are
    version TEXT NOT NULL, -- as its authors call it
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01; holds until the next version's
    loaded_at BIGINT NOT NULL, -- microseconds UTC
    items {BYTES} NOT NULL, -- the items, JSON lines, packed with zstd
    PRIMARY KEY (admdvs, version)
);

-- Which institution may settle what for an area, and since when.
CREATE TABLE insurance_designations (
    admdvs TEXT NOT NULL, -- pooling area that made the agreement
    institution_id BIGINT NOT NULL, -- whom with
    kind TEXT NOT NULL, -- op, ip, chronic, pharmacy
    level TEXT NOT NULL, -- 0 community, 1, 2, 3, P pharmacy
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day
    suspended_from BIGINT NOT NULL, -- first day without direct settlement; after the last day when none
    PRIMARY KEY (admdvs, institution_id, kind)
);

-- Insured people: the number the agency knows them by.
CREATE TABLE insurance_members (
    person_id BIGINT NOT NULL PRIMARY KEY, -- who
    psn_no TEXT NOT NULL, -- number of the agency, up to 30 characters
    birth_on BIGINT NOT NULL, -- day of birth, days since 1970-01-01
    name TEXT NOT NULL, -- masked, as bills print it
    document TEXT NOT NULL, -- masked number of a document, as bills print it
    account TEXT NOT NULL -- personal account: none, open, dormant, frozen, closed
);

-- Whose an agency's number is.
CREATE TABLE insurance_numbers (
    psn_no TEXT NOT NULL PRIMARY KEY, -- number of the agency
    person_id BIGINT NOT NULL -- whose
);

-- Coverage periods: at any day a person has at most one basic one.
CREATE TABLE insurance_coverages (
    person_id BIGINT NOT NULL, -- who
    id BIGINT NOT NULL, -- time-sorted
    admdvs TEXT NOT NULL, -- insured place
    insutype TEXT NOT NULL, -- insured type, three digits
    psn_type TEXT NOT NULL, -- kind of person, as 1101
    employer TEXT NOT NULL, -- empty when none
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day
    at BIGINT NOT NULL, -- written, microseconds UTC
    actor_id BIGINT NOT NULL, -- by whom
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Standings: dated facts about an insured person that change what a fund pays:
-- a suspension, an aid class, the rank of a civil servant, a family doctor.
CREATE TABLE insurance_standings (
    person_id BIGINT NOT NULL, -- who
    id BIGINT NOT NULL, -- time-sorted
    kind TEXT NOT NULL, -- suspended, aid, civil_servant, retired, family_doctor
    value TEXT NOT NULL, -- aid class, or the reason of a suspension
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day
    at BIGINT NOT NULL, -- written, microseconds UTC
    actor_id BIGINT NOT NULL, -- by whom
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Filings: care away, referral, emergency, a chronic disease recognised, an
-- institution of one's choice.
CREATE TABLE insurance_filings (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted
    kind TEXT NOT NULL, -- long_term, referral, emergency, temporary, chronic, designated
    stage TEXT NOT NULL, -- submitted, pending_docs, accepted, refused, cancelled, superseded
    area TEXT NOT NULL, -- target division, six digits; empty where it does not matter
    institution_id BIGINT NOT NULL, -- where; 0 for any
    code TEXT NOT NULL, -- disease code of a recognition; empty otherwise
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day
    reason TEXT NOT NULL, -- said by whoever moved it last
    at BIGINT NOT NULL, -- last move, microseconds UTC
    actor_id BIGINT NOT NULL, -- by whom
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Filings that wait for an office, oldest first.
CREATE TABLE insurance_waiting (
    admdvs TEXT NOT NULL, -- whose office
    filing_id BIGINT NOT NULL, -- which
    person_id BIGINT NOT NULL, -- whose
    PRIMARY KEY (admdvs, filing_id)
);

-- Leave to spend from a relative's account, under the person who may spend.
CREATE TABLE insurance_sharings (
    person_id BIGINT NOT NULL, -- who may spend
    id BIGINT NOT NULL, -- time-sorted
    owner_id BIGINT NOT NULL, -- whose account
    kinship TEXT NOT NULL, -- spouse, parent, child: what the owner is to the person
    stage TEXT NOT NULL, -- drafted, active, revoked
    place BIGINT NOT NULL, -- order among the person's relatives, from 1
    use_max BIGINT, -- fen for one settlement; none when NULL
    from_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    to_on BIGINT NOT NULL, -- last day
    at BIGINT NOT NULL, -- last move, microseconds UTC
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- The same leave under the owner.
CREATE TABLE insurance_shared (
    owner_id BIGINT NOT NULL, -- whose account
    id BIGINT NOT NULL, -- the leave
    person_id BIGINT NOT NULL, -- who may spend
    PRIMARY KEY (owner_id, id)
) {CLUSTERED};

-- What a settlement must know of a person, in one row: made afresh from the tables
-- above by every verb that changes them.
CREATE TABLE insurance_cards (
    person_id BIGINT NOT NULL PRIMARY KEY, -- who
    version BIGINT NOT NULL, -- rises with each change
    body {BYTES} NOT NULL -- JSON
);

-- Accumulators of a benefit year: the fold of its settlements, cached; `version`
-- counts the settlements and reversals folded in.
CREATE TABLE insurance_years (
    person_id BIGINT NOT NULL, -- whose
    insutype TEXT NOT NULL, -- insured type
    year BIGINT NOT NULL, -- benefit year, named after its first day's
    version BIGINT NOT NULL, -- rises with each
    body {BYTES} NOT NULL, -- the sums
    PRIMARY KEY (person_id, insutype, year)
) {CLUSTERED};

-- Cards and years for the one read of a settlement.
CREATE VIEW pub_insurance_cards AS SELECT person_id, version, body FROM insurance_cards;

-- The same.
CREATE VIEW pub_insurance_years AS SELECT person_id, insutype, year, version, body FROM insurance_years;

-- 202611241005_ledger
-- The journal: every entry of every entity's books, appended and never touched
-- again. Lines are packed into the body (rules/packed.rs); totals by account are
-- the segments' below. In the order of ids, so that an entry costs one row at the
-- end of one table.
CREATE TABLE ledger_journal (
    id BIGINT NOT NULL PRIMARY KEY, -- rises with time
    entity_id BIGINT NOT NULL, -- whose books: institution, or negative division code
    period BIGINT NOT NULL, -- month, yyyymm
    at BIGINT NOT NULL, -- microseconds UTC
    kind SMALLINT NOT NULL, -- what it books (rules/kind.rs)
    of_id BIGINT NOT NULL, -- the entry it takes back or ends; 0 for none
    body {BYTES} NOT NULL, -- references and lines
    seal {BYTES} NOT NULL -- 16 bytes, HMAC-SHA256 over this row under the node's key
) {CLUSTERED};

-- Segments of the journal that were folded into totals, chained: hash =
-- SHA-256(previous hash, sequence, ids and seals of its entries).
CREATE TABLE ledger_segments (
    seq BIGINT NOT NULL PRIMARY KEY, -- from 1, no gaps
    from_id BIGINT NOT NULL, -- entries above this id
    to_id BIGINT NOT NULL, -- up to this id
    entries BIGINT NOT NULL, -- how many
    lines BIGINT NOT NULL, -- lines in them
    at BIGINT NOT NULL, -- when it was folded, microseconds UTC
    hash {BYTES} NOT NULL -- 32 bytes
) {CLUSTERED};

-- What each segment moved on each account; leads from an account to its entries.
CREATE TABLE ledger_folds (
    entity_id BIGINT NOT NULL, -- whose books
    code SMALLINT NOT NULL, -- the chart's number
    fund BIGINT NOT NULL, -- fund; 0 when not by fund
    party BIGINT NOT NULL, -- for whom; 0 for nobody and for all persons together
    segment BIGINT NOT NULL, -- which segment
    period BIGINT NOT NULL, -- which month
    debit BIGINT NOT NULL, -- fen
    credit BIGINT NOT NULL, -- fen
    lines BIGINT NOT NULL, -- how many
    PRIMARY KEY (entity_id, code, fund, party, segment, period)
) {CLUSTERED};

-- The sum of all folds: balances by account and month, written by one job only.
CREATE TABLE ledger_balances (
    entity_id BIGINT NOT NULL, -- whose books
    period BIGINT NOT NULL, -- which month
    code SMALLINT NOT NULL, -- the chart's number
    fund BIGINT NOT NULL, -- fund; 0 when not by fund
    party BIGINT NOT NULL, -- for whom; 0 for nobody and for all persons together
    debit BIGINT NOT NULL, -- fen
    credit BIGINT NOT NULL, -- fen
    lines BIGINT NOT NULL, -- how many
    PRIMARY KEY (entity_id, period, code, fund, party)
) {CLUSTERED};

-- Accounts of persons: moved by the posting itself and never below zero (L5).
CREATE TABLE ledger_accounts (
    person_id BIGINT NOT NULL, -- whose
    entity_id BIGINT NOT NULL, -- in whose books
    code SMALLINT NOT NULL, -- the chart's number
    balance BIGINT NOT NULL CHECK (balance >= 0), -- credits less debits, fen
    frozen SMALLINT NOT NULL, -- 1: nothing may be taken
    PRIMARY KEY (person_id, entity_id, code)
) {CLUSTERED};

-- What moved a person's accounts, for the person to see.
CREATE TABLE ledger_movements (
    person_id BIGINT NOT NULL, -- whose
    entity_id BIGINT NOT NULL, -- in whose books
    code SMALLINT NOT NULL, -- the chart's number
    id BIGINT NOT NULL, -- the journal entry
    at BIGINT NOT NULL, -- microseconds UTC
    kind SMALLINT NOT NULL, -- what it books (rules/kind.rs)
    amount BIGINT NOT NULL, -- credits less debits, fen
    PRIMARY KEY (person_id, entity_id, code, id)
) {CLUSTERED};

-- Money set aside: ends once, as captured, released or expired (L6).
CREATE TABLE ledger_reserves (
    party BIGINT NOT NULL, -- the person whose money it is, or another party
    id BIGINT NOT NULL, -- the journal entry that set it aside
    entity_id BIGINT NOT NULL, -- in whose books
    from_code SMALLINT NOT NULL, -- taken from this account
    into_code SMALLINT NOT NULL, -- and kept in this one
    fund BIGINT NOT NULL, -- of this fund; 0 when not by fund
    amount BIGINT NOT NULL, -- fen
    taken BIGINT NOT NULL, -- captured, fen
    stage SMALLINT NOT NULL, -- 1 open, 2 captured, 3 released, 4 expired
    expires_at BIGINT NOT NULL, -- ends by itself from here on, microseconds UTC
    ended_at BIGINT NOT NULL, -- 0 while open
    ended_by BIGINT NOT NULL, -- the journal entry that ended it; 0 while open
    PRIMARY KEY (party, id)
) {CLUSTERED};

CREATE INDEX ledger_reserves_open ON ledger_reserves (expires_at) WHERE stage = 1;

-- What was taken back of an entry, part by part; the parts never exceed it (L2).
CREATE TABLE ledger_reversals (
    of_id BIGINT NOT NULL, -- the entry
    part BIGINT NOT NULL, -- 1 for the first
    id BIGINT NOT NULL, -- the entry that takes it back
    body {BYTES} NOT NULL, -- the lines taken back, in the original's sides, packed
    PRIMARY KEY (of_id, part)
) {CLUSTERED};

-- Closed months: nothing is posted into them or before them any more.
CREATE TABLE ledger_closings (
    entity_id BIGINT NOT NULL, -- whose books
    period BIGINT NOT NULL, -- month, yyyymm
    closed_at BIGINT NOT NULL, -- microseconds UTC
    actor_id BIGINT NOT NULL, -- by whom
    accounts BIGINT NOT NULL, -- accounts in the trial balance
    debit BIGINT NOT NULL, -- sum of its debit balances, fen
    credit BIGINT NOT NULL, -- sum of its credit balances, fen
    hash {BYTES} NOT NULL, -- 32 bytes over its lines
    PRIMARY KEY (entity_id, period)
) {CLUSTERED};

-- Transfers that came from a file, so that none is posted twice.
CREATE TABLE ledger_transfers (
    reference {BYTES} NOT NULL PRIMARY KEY, -- SHA-256 of entity and reference, first 16 bytes
    id BIGINT NOT NULL, -- the journal entry
    digest BIGINT NOT NULL -- of accounts and amount: the same reference with another content is refused
) {CLUSTERED};

-- 202611241010_bills
-- Who issues bills: its own five digits of every number, and the next free number.
-- Numbers are taken in blocks, so that issuing touches no row here.
CREATE TABLE bills_issuers (
    institution_id BIGINT NOT NULL PRIMARY KEY, -- who issues
    issuer_no BIGINT NOT NULL UNIQUE, -- five digits, 10001 and up
    next_no BIGINT NOT NULL, -- the first number of the next block
    sealed_to BIGINT NOT NULL -- every bill up to this number has its seal
);

-- Bills and red bills: never changed, never deleted. The id of a bill is the
-- number of its settlement, so that a settlement has one bill at most.
CREATE TABLE bills_bills (
    person_id BIGINT NOT NULL, -- who pays
    id BIGINT NOT NULL, -- the settlement's id; a fresh one for a red bill
    number BIGINT NOT NULL, -- 13 digits: issuer, then sequence
    institution_id BIGINT NOT NULL, -- who issued it
    issued_at BIGINT NOT NULL, -- microseconds UTC
    total_fen BIGINT NOT NULL, -- the amount; negative for a red bill
    check_code TEXT NOT NULL, -- six hexadecimal digits, by chance
    original_id BIGINT, -- what a red bill takes back
    body {BYTES} NOT NULL, -- everything printed, as JSON; the seal covers these bytes
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

CREATE UNIQUE INDEX bills_bills_number ON bills_bills (number);

-- Seals, made when a bill is first shown or by the sealing job.
CREATE TABLE bills_seals (
    person_id BIGINT NOT NULL, -- who pays
    bill_id BIGINT NOT NULL, -- which bill
    sealed_at BIGINT NOT NULL, -- microseconds UTC, part of what is signed
    kid {BYTES} NOT NULL, -- the name of the key, 8 bytes
    suite SMALLINT NOT NULL, -- the byte of its suite
    signature {BYTES} NOT NULL, -- over the compact form
    PRIMARY KEY (person_id, bill_id)
) {CLUSTERED};

-- What happened to a bill; a bill without a row here was only issued.
CREATE TABLE bills_states (
    person_id BIGINT NOT NULL, -- who pays
    bill_id BIGINT NOT NULL, -- which bill
    red_id BIGINT, -- the red bill that took it back
    prints BIGINT NOT NULL, -- how often a desk printed it
    paper TEXT, -- the number of the paper bill it was exchanged for
    marked_fen BIGINT NOT NULL, -- the sum of the marks that hold
    PRIMARY KEY (person_id, bill_id)
) {CLUSTERED};

-- Marks of payers: what was reimbursed on a bill, so that nobody pays it twice.
CREATE TABLE bills_marks (
    person_id BIGINT NOT NULL, -- who paid
    bill_id BIGINT NOT NULL, -- which bill
    claim TEXT NOT NULL, -- the payer's own number of the claim
    payer TEXT NOT NULL, -- who reimburses
    amount_fen BIGINT NOT NULL, -- how much
    marked_at BIGINT NOT NULL, -- microseconds UTC
    marked_by BIGINT NOT NULL, -- actor
    released_at BIGINT, -- given back, microseconds UTC
    PRIMARY KEY (person_id, bill_id, claim)
) {CLUSTERED};

-- Charges of a visit before they are settled.
CREATE TABLE bills_charges (
    person_id BIGINT NOT NULL, -- for whom
    visit_id BIGINT NOT NULL, -- in which visit or stay
    sn TEXT NOT NULL, -- the supplier's number of the line
    institution_id BIGINT NOT NULL, -- who charges
    order_no TEXT NOT NULL, -- the order it comes from; empty when there is none
    charged_at BIGINT NOT NULL, -- microseconds UTC
    amount_fen BIGINT NOT NULL, -- the amount
    body {BYTES} NOT NULL, -- the line as JSON
    PRIMARY KEY (person_id, visit_id, sn)
) {CLUSTERED};

-- 202611241011_bills_payers
-- For which payer a mark was set: only that one gives it back; 0 for an actor that is of none.
ALTER TABLE bills_marks ADD COLUMN institution_id BIGINT NOT NULL DEFAULT 0;

-- 202611241015_settlement
-- Whose a visit, quote or settlement is: an id from outside leads to its person.
CREATE TABLE settlement_index (
    id BIGINT NOT NULL PRIMARY KEY, -- a visit's, a quote's or a settlement's
    person_id BIGINT NOT NULL -- whose
) {CLUSTERED};

-- Visits and stays, numbered by the insured place (mdtrt_id). Not kept in the order
-- of its key, as the fees below: rows are long, and a settlement would write a page
-- for each.
CREATE TABLE settlement_visits (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted
    institution_id BIGINT NOT NULL, -- where
    care TEXT NOT NULL, -- op, ip, chronic, pharmacy
    med_type TEXT NOT NULL, -- treatment type, 2 to 6 digits
    stage TEXT NOT NULL, -- registered, charged, discharged, settled, void
    version BIGINT NOT NULL, -- rises with every change, so that two changes never mix
    lines BIGINT NOT NULL, -- open lines: charged, not settled
    total BIGINT NOT NULL, -- their sum, fen
    open_stay BIGINT, -- the person's number while a stay is open, so that there is one; else NULL
    began_on BIGINT NOT NULL, -- first day, days since 1970-01-01
    ended_on BIGINT NOT NULL, -- last day; 0 while it goes on
    opened_at BIGINT NOT NULL, -- microseconds UTC
    about {BYTES} NOT NULL, -- diagnosis, department, doctor, credential, continuation, JSON
    PRIMARY KEY (person_id, id)
);

-- One open stay per person.
CREATE UNIQUE INDEX settlement_visits_open_stay ON settlement_visits (person_id, open_stay);

-- Uploads of fee lines, as they came.
CREATE TABLE settlement_fees (
    person_id BIGINT NOT NULL, -- whose
    visit_id BIGINT NOT NULL, -- of which visit
    seq BIGINT NOT NULL, -- order of uploads, from 1
    batch TEXT NOT NULL, -- the institution's number of the batch (chrg_bchno)
    settlement_id BIGINT NOT NULL, -- what settled them; 0 open, -1 taken back
    lines BIGINT NOT NULL, -- how many
    total BIGINT NOT NULL, -- their sum, fen
    at BIGINT NOT NULL, -- microseconds UTC
    body {BYTES} NOT NULL, -- the lines with class, limit and self-pay share, JSON
    PRIMARY KEY (person_id, visit_id, seq)
);

-- Quotes: what settling would give now. They hold nothing.
CREATE TABLE settlement_quotes (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted
    visit_id BIGINT NOT NULL, -- of what
    visit_version BIGINT NOT NULL, -- state of the visit it was made from
    year_version BIGINT NOT NULL, -- version of the year's sums it was made from
    plan_id BIGINT NOT NULL, -- plan it was made by
    use_account SMALLINT NOT NULL, -- 1: personal and relatives' accounts pay
    account BIGINT NOT NULL, -- own account's part, fen
    mutual BIGINT NOT NULL, -- relatives' accounts' part, fen
    cash BIGINT NOT NULL, -- what remains to be paid, fen
    at BIGINT NOT NULL, -- microseconds UTC
    expires_at BIGINT NOT NULL, -- promises nothing from here on
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- Settlements and what undoes or tops them up. Rows are never changed: whether a
-- settlement lives follows from the rows that point at it.
CREATE TABLE settlement_settlements (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted (setl_id)
    kind SMALLINT NOT NULL, -- 1 settlement, 2 cancellation, 3 message reversal, 4 supplement
    of_id BIGINT NOT NULL, -- what it undoes or tops up; 0 of a settlement
    visit_id BIGINT NOT NULL, -- of which visit
    batch TEXT NOT NULL, -- the institution's number of the batch
    institution_id BIGINT NOT NULL, -- where
    actor_id BIGINT NOT NULL, -- by whom
    msgid TEXT NOT NULL, -- under which message; empty when by none
    insutype TEXT NOT NULL, -- insured type
    year BIGINT NOT NULL, -- benefit year
    year_version BIGINT NOT NULL, -- version of the year's sums that it made
    plan_id BIGINT NOT NULL, -- plan it was made by
    care TEXT NOT NULL, -- op, ip, chronic, pharmacy
    at BIGINT NOT NULL, -- microseconds UTC
    fee BIGINT NOT NULL, -- total, fen; negative where it undoes, as all below
    fund BIGINT NOT NULL, -- all funds
    account BIGINT NOT NULL, -- own account
    mutual BIGINT NOT NULL, -- relatives' accounts
    cash BIGINT NOT NULL, -- what the person pays otherwise
    hospital BIGINT NOT NULL, -- borne by the institution
    body {BYTES} NOT NULL, -- what went in and came out, packed (rules/stored.rs)
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

CREATE INDEX settlement_settlements_place ON settlement_settlements (institution_id, at);

-- A settlement is undone at most once; the second is refused by this key.
CREATE TABLE settlement_undone (
    person_id BIGINT NOT NULL, -- whose
    settlement_id BIGINT NOT NULL, -- what was undone
    by_id BIGINT NOT NULL, -- what undid it
    PRIMARY KEY (person_id, settlement_id)
) {CLUSTERED};

-- What became of each message of an institution, for ever.
CREATE TABLE settlement_messages (
    institution_id BIGINT NOT NULL, -- who sent it
    msgid TEXT NOT NULL, -- its number there
    state SMALLINT NOT NULL, -- 1 committed, 2 cancelled, 3 tombstone
    verb SMALLINT NOT NULL, -- 1 register, 2 settle, 3 cancel, 0 unknown (tombstone)
    hash {BYTES} NOT NULL, -- SHA-256 of what it asked, 32 bytes; empty of a tombstone
    person_id BIGINT NOT NULL, -- whom it was about; 0 of a tombstone
    object_id BIGINT NOT NULL, -- the visit or settlement it made; 0 of a tombstone
    at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (institution_id, msgid)
) {CLUSTERED};

-- Messages whose outcome the sender does not know yet: the in-doubt list.
CREATE TABLE settlement_asks (
    institution_id BIGINT NOT NULL, -- who asks
    msgid TEXT NOT NULL, -- under which message
    person_id BIGINT NOT NULL, -- about whom
    stage TEXT NOT NULL, -- settling, uncertain, reversing, settled, refused, reversed
    tries SMALLINT NOT NULL, -- questions asked since
    actor_id BIGINT NOT NULL, -- who asked first
    asked_at BIGINT NOT NULL, -- microseconds UTC
    moved_at BIGINT NOT NULL, -- last change
    settlement_id BIGINT NOT NULL, -- what was found; 0 while nothing
    code TEXT NOT NULL, -- why it was refused; empty while it is not
    request {BYTES} NOT NULL, -- what was asked, JSON
    PRIMARY KEY (institution_id, msgid)
);

CREATE INDEX settlement_asks_stage ON settlement_asks (stage, moved_at);

-- What an office must look at: a later settlement whose earlier one was undone, a
-- yearly difference the person would owe.
CREATE TABLE settlement_tasks (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- time-sorted
    kind TEXT NOT NULL, -- readjudicate, overpaid
    settlement_id BIGINT NOT NULL, -- what to look at
    cause_id BIGINT NOT NULL, -- because of what
    amount BIGINT NOT NULL, -- fen in question; 0 when not computed
    at BIGINT NOT NULL, -- microseconds UTC
    done_at BIGINT NOT NULL, -- 0 while open
    PRIMARY KEY (person_id, id)
);

CREATE INDEX settlement_tasks_open ON settlement_tasks (done_at, id);

-- Account money held for a mobile order (15 minutes).
CREATE TABLE settlement_holds (
    person_id BIGINT NOT NULL, -- whose order
    id BIGINT NOT NULL, -- time-sorted
    quote_id BIGINT NOT NULL, -- for which quote
    amount BIGINT NOT NULL, -- own account's money held, fen
    stage TEXT NOT NULL, -- held, captured, released
    reserve_id BIGINT NOT NULL, -- the ledger's reservation
    expires_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

-- 202611241020_payment
-- Payments of own shares. Amounts are whole fen.
CREATE TABLE payment_payments (
    person_id BIGINT NOT NULL, -- whose bill
    id BIGINT NOT NULL, -- time-sorted; its text is our number at the channel
    institution_id BIGINT NOT NULL, -- who is paid
    actor_id BIGINT NOT NULL, -- who asked for it
    subject_kind TEXT NOT NULL, -- settlement, quote, deposit
    subject TEXT NOT NULL, -- which one
    channel TEXT NOT NULL, -- desk, mobile
    stage SMALLINT NOT NULL, -- 1 asked 2 waiting 3 paid 4 failed 5 given up 6 returning 7 refunded
    total_fen BIGINT NOT NULL, -- the whole
    gov_fen BIGINT NOT NULL, -- the funds' part
    account_fen BIGINT NOT NULL, -- the accounts' part
    other_fen BIGINT NOT NULL, -- other insurance parts
    cash_fen BIGINT NOT NULL, -- what insurance leaves
    added_fen BIGINT NOT NULL, -- fees added outside insurance
    reduced_fen BIGINT NOT NULL, -- taken off by the institution
    taken_fen BIGINT NOT NULL, -- money that really came
    returning_fen BIGINT NOT NULL, -- of it asked back, done or not; never above taken
    refunded_fen BIGINT NOT NULL, -- of it given back
    insured_back SMALLINT NOT NULL, -- 1 once the insured parts were asked back
    refunds BIGINT NOT NULL, -- refunds asked so far, for their ordinals
    booked TEXT NOT NULL, -- who writes the entry: subject, revenue, deposit
    tender TEXT NOT NULL, -- cash, pos, nothing, mobile
    change_fen BIGINT NOT NULL, -- given back over the counter at once
    terminal TEXT NOT NULL, -- of a card at a desk; else empty
    slip TEXT NOT NULL, -- its slip's number; else empty
    shift_id BIGINT NOT NULL, -- the desk's shift; 0 for none
    detail {BYTES} NOT NULL, -- what the mobile channel wants to know, JSON
    channel_number TEXT NOT NULL, -- the channel's number; empty until it is known
    reason TEXT NOT NULL, -- the channel's or refusal's code where it ended without money
    created_at BIGINT NOT NULL, -- microseconds UTC
    ended_at BIGINT, -- when it was decided, microseconds UTC
    PRIMARY KEY (person_id, id)
) {CLUSTERED};

CREATE INDEX payment_payments_shift ON payment_payments (shift_id, tender);

-- Whose a payment is: channels know its number only.
CREATE TABLE payment_index (
    payment_id BIGINT NOT NULL PRIMARY KEY, -- the payment
    person_id BIGINT NOT NULL -- whose
);

-- The one live payment of a subject: the guard against paying twice.
CREATE TABLE payment_live (
    subject_kind TEXT NOT NULL, -- settlement, quote, deposit
    subject TEXT NOT NULL, -- which one
    person_id BIGINT NOT NULL, -- whose
    payment_id BIGINT NOT NULL, -- the payment that is open or paid
    PRIMARY KEY (subject_kind, subject)
);

-- Refunds, whole or in part.
CREATE TABLE payment_refunds (
    person_id BIGINT NOT NULL, -- whose payment
    payment_id BIGINT NOT NULL, -- which
    ordinal BIGINT NOT NULL, -- 1, 2, …; with the payment's id our number at the channel
    actor_id BIGINT NOT NULL, -- who asked; 0 for the node itself
    stage SMALLINT NOT NULL, -- 1 asked 2 under way 3 done 4 stuck
    money_fen BIGINT NOT NULL, -- how much money goes back
    gov_fen BIGINT, -- the insured parts that the insurer took back; NULL when none
    account_fen BIGINT, -- accounts' part of it
    other_fen BIGINT, -- other parts of it
    cause TEXT NOT NULL, -- cancelled, cash-only, unwanted
    reason TEXT NOT NULL, -- for the person
    terminal TEXT NOT NULL, -- of a card refund at a desk; else empty
    slip TEXT NOT NULL, -- its slip's number; else empty
    shift_id BIGINT NOT NULL, -- the desk's shift; 0 for none
    asked_at BIGINT NOT NULL, -- microseconds UTC
    ended_at BIGINT, -- microseconds UTC
    PRIMARY KEY (person_id, payment_id, ordinal)
) {CLUSTERED};

CREATE INDEX payment_refunds_shift ON payment_refunds (shift_id);

-- Slips of card terminals: one slip pays, or gives back, once.
CREATE TABLE payment_slips (
    terminal TEXT NOT NULL, -- the terminal
    slip TEXT NOT NULL, -- the number on the slip
    person_id BIGINT NOT NULL, -- whose payment
    payment_id BIGINT NOT NULL, -- which
    PRIMARY KEY (terminal, slip)
);

-- Shifts at tills.
CREATE TABLE payment_shifts (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    institution_id BIGINT NOT NULL, -- whose till
    actor_id BIGINT NOT NULL, -- who sits at it
    till TEXT NOT NULL, -- window or kiosk
    float_fen BIGINT NOT NULL, -- cash in it at the start
    moves BIGINT NOT NULL, -- payments and refunds over it; moved with each, so that closing and paying meet
    opened_at BIGINT NOT NULL, -- microseconds UTC
    closed_at BIGINT -- microseconds UTC
);

CREATE INDEX payment_shifts_actor ON payment_shifts (actor_id, closed_at);

-- What a closed shift counted, by tender.
CREATE TABLE payment_shift_totals (
    shift_id BIGINT NOT NULL, -- the shift
    tender TEXT NOT NULL, -- cash, pos
    payments BIGINT NOT NULL, -- how many were taken
    taken_fen BIGINT NOT NULL, -- how much
    refunds BIGINT NOT NULL, -- how many were given back
    given_fen BIGINT NOT NULL, -- how much
    expected_fen BIGINT NOT NULL, -- what should be there
    counted_fen BIGINT NOT NULL, -- what the clerk counted
    PRIMARY KEY (shift_id, tender)
);

-- 202611241025_clearing
-- Day-end comparisons of an institution's books for a span; a later run of the same
-- span supersedes the earlier one, which stays.
CREATE TABLE clearing_tasks (
    institution_id BIGINT NOT NULL, -- whose books
    id BIGINT NOT NULL, -- time-sorted
    from_at BIGINT NOT NULL, -- the span's first instant, microseconds UTC
    until_at BIGINT NOT NULL, -- the first instant after it
    stage SMALLINT NOT NULL, -- 1 live 2 superseded
    superseded_by BIGINT NOT NULL, -- the later run; 0 for none
    balanced SMALLINT NOT NULL, -- 1 when nothing is to be done
    digest {BYTES} NOT NULL, -- SHA-256 of the lists, so that the same lists again do nothing
    totals {BYTES} NOT NULL, -- totals by group on both sides, JSON
    made_at BIGINT NOT NULL, -- microseconds UTC
    made_by BIGINT NOT NULL, -- actor
    PRIMARY KEY (institution_id, id)
) {CLUSTERED};

CREATE INDEX clearing_tasks_span ON clearing_tasks (institution_id, from_at, until_at, stage);
CREATE INDEX clearing_tasks_newest ON clearing_tasks (id);

-- Disagreements of a comparison; those of a superseded one are voided, not deleted.
CREATE TABLE clearing_findings (
    institution_id BIGINT NOT NULL, -- whose books
    task_id BIGINT NOT NULL, -- the comparison
    ordinal BIGINT NOT NULL, -- 1, 2, … in the report's order
    stage SMALLINT NOT NULL, -- 1 open 2 acted on 3 voided
    cause TEXT NOT NULL, -- as the report names it
    body {BYTES} NOT NULL, -- the finding, JSON
    match_key TEXT NOT NULL, -- the message or order
    note TEXT NOT NULL, -- what was done
    acted_by BIGINT NOT NULL, -- actor; 0 for nobody
    acted_at BIGINT, -- microseconds UTC
    PRIMARY KEY (institution_id, task_id, ordinal)
) {CLUSTERED};

-- What is paid out: an institution's confirmed net amount, or a person's claim.
CREATE TABLE clearing_payouts (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    stage SMALLINT NOT NULL, -- 1 confirmed 2 paying 3 paid 4 bounced
    payee_kind TEXT NOT NULL, -- institution, person
    payee_id BIGINT NOT NULL, -- which
    period TEXT NOT NULL, -- the month, 202611
    net_fen BIGINT NOT NULL, -- what the bank pays
    deposit_fen BIGINT NOT NULL, -- held back as quality deposit
    bank_name TEXT NOT NULL, -- name of the account
    bank_account TEXT NOT NULL, -- number of the account
    file_id BIGINT NOT NULL, -- the pay file; 0 for none yet
    journal_id BIGINT NOT NULL, -- the entry that paid it; 0 for none yet
    reason TEXT NOT NULL, -- why it bounced; else empty
    confirmed_at BIGINT NOT NULL, -- microseconds UTC
    confirmed_by BIGINT NOT NULL, -- actor
    ended_at BIGINT -- microseconds UTC
);

CREATE INDEX clearing_payouts_stage ON clearing_payouts (stage, id);
CREATE INDEX clearing_payouts_file ON clearing_payouts (file_id, id);

-- Pay files as they were sent to the bank.
CREATE TABLE clearing_files (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    payouts BIGINT NOT NULL, -- how many
    total_fen BIGINT NOT NULL, -- their sum
    body {BYTES} NOT NULL, -- the file, byte for byte
    made_at BIGINT NOT NULL, -- microseconds UTC
    made_by BIGINT NOT NULL -- actor
);

-- 202611242130_payment_due
-- Refunds that have not ended: what a desk must hand back, what a channel still owes.
CREATE INDEX payment_refunds_due ON payment_refunds (asked_at) WHERE stage <> 3;

-- 202611242141_settlement_open_stay
-- Only open stays need the key that lets a person have one: most visits never are one,
-- and an entry for each of them was a page written in vain.
DROP INDEX settlement_visits_open_stay;

CREATE UNIQUE INDEX settlement_visits_open_stay ON settlement_visits (person_id, open_stay) WHERE open_stay IS NOT NULL;
