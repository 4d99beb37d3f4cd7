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
