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
