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
