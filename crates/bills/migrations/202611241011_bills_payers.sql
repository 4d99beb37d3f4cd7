-- For which payer a mark was set: only that one gives it back; 0 for an actor that is of none.
ALTER TABLE bills_marks ADD COLUMN institution_id BIGINT NOT NULL DEFAULT 0;
