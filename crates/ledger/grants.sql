-- Rights of the node's database role on PostgreSQL, when the tables belong to another
-- role. Run by the owner after each `yima migrate`. What was posted can be read and
-- added to; nobody but the owner can change it or take it away.
GRANT USAGE, CREATE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON
    ledger_journal, ledger_segments, ledger_folds, ledger_movements, ledger_reversals, ledger_closings, ledger_transfers
    FROM {ROLE};
REVOKE DELETE, TRUNCATE ON ledger_accounts, ledger_balances, ledger_reserves FROM {ROLE};
