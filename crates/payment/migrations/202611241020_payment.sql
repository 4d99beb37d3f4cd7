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
