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
