-- Keys of the node, each of one use; the private part is sealed under a secret
-- that is never in the database. A row is the issuance log's subject: it is never
-- taken away.
CREATE TABLE keys_keys (
    kid {BYTES} NOT NULL PRIMARY KEY, -- 8 bytes; the highest bit is set for test keys
    used TEXT NOT NULL, -- what it is for: presence, issuing, bill-seal and so on
    site_id BIGINT NOT NULL, -- the institution it belongs to; 0 for the region
    suite SMALLINT NOT NULL, -- the byte of its suite; 0 for a secret that signs nothing
    public_part {BYTES} NOT NULL, -- the public key; for a secret a digest of it
    sealed {BYTES} NOT NULL, -- the private part as the custody gave it out
    state TEXT NOT NULL, -- next, active, retired, revoked
    created_at BIGINT NOT NULL, -- microseconds UTC
    not_before BIGINT NOT NULL, -- signs nothing before, microseconds UTC
    not_after BIGINT NOT NULL, -- nothing signed by it counts from here on, microseconds UTC
    ended_at BIGINT, -- when it was retired or revoked, microseconds UTC
    reason TEXT NOT NULL -- why it was revoked; empty else
);

CREATE INDEX keys_keys_by_use ON keys_keys (used, site_id);

-- One number that rises with every change, so that other processes on this
-- database notice cheaply; also the version of the trust list.
CREATE TABLE keys_versions (
    one SMALLINT NOT NULL PRIMARY KEY, -- always 1
    version BIGINT NOT NULL -- changes so far
);
