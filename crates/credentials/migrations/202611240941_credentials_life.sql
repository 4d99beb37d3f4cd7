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
