-- The master index: one row a person, whoever told us of them.
CREATE TABLE identity_persons (
    person_id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    name TEXT NOT NULL, -- as written at home
    name_en TEXT NOT NULL, -- in Latin letters, empty when not known
    gender TEXT NOT NULL, -- male, female, other, unknown
    birth TEXT NOT NULL, -- YYYY, YYYY-MM or YYYY-MM-DD; empty when not known
    document_system TEXT NOT NULL, -- which paper is shown masked; empty when none
    document TEXT NOT NULL, -- its number
    phone TEXT NOT NULL, -- empty when not known
    insured TEXT NOT NULL, -- the plan in words, empty when nobody else pays
    insured_region TEXT NOT NULL, -- division code of the plan
    address TEXT NOT NULL, -- one line, empty when not known
    deceased_at BIGINT, -- microseconds UTC; 0 when dead since an unknown moment
    created_at BIGINT NOT NULL, -- microseconds UTC
    updated_at BIGINT NOT NULL, -- microseconds UTC
    version BIGINT NOT NULL -- from 1, counts changes
);

-- Which person an identifier leads to, for the whole region. The key is a keyed
-- digest, so that the table tells nobody which numbers exist.
CREATE TABLE identity_numbers (
    digest {BYTES} NOT NULL PRIMARY KEY, -- HMAC-SHA-256 under the node's index key, first 16 bytes
    person_id BIGINT NOT NULL -- whose
) {CLUSTERED};

-- The identifiers of a person and who told us of them.
CREATE TABLE identity_links (
    person_id BIGINT NOT NULL, -- whose
    digest {BYTES} NOT NULL, -- as in identity_numbers
    institution_id BIGINT NOT NULL, -- who told us
    system TEXT NOT NULL, -- who gave the identifier
    value TEXT NOT NULL, -- as it was told
    added_at BIGINT NOT NULL, -- microseconds UTC
    PRIMARY KEY (person_id, digest)
) {CLUSTERED};
