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
