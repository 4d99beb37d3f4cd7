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
