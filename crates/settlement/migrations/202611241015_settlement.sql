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
