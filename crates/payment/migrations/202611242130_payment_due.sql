-- Refunds that have not ended: what a desk must hand back, what a channel still owes.
CREATE INDEX payment_refunds_due ON payment_refunds (asked_at) WHERE stage <> 3;
