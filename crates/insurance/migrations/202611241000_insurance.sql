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
