-- Clinical entries as hospitals supplied them, the current version of each. A
-- person's rows lie together in the order of clinical time, so that the half
-- year is one range read; person 0 holds what is about nobody (organisations,
-- practitioners). Patient resources lie before all time, at the least instant.
CREATE TABLE records_entries (
    person_id BIGINT NOT NULL, -- whose; 0 for shared resources
    at BIGINT NOT NULL, -- clinical instant, microseconds UTC
    id BIGINT NOT NULL, -- derived from supplier, type and the supplier's own id
    kind SMALLINT NOT NULL, -- resource type, numbers of the fhir crate
    lane SMALLINT NOT NULL, -- row of the timeline, numbers of the fhir crate
    institution_id BIGINT NOT NULL, -- who supplied it
    version BIGINT NOT NULL, -- from 1
    recorded_at BIGINT NOT NULL, -- when this version came, microseconds UTC
    until_at BIGINT, -- end of a period, microseconds UTC
    flag SMALLINT NOT NULL, -- 0 none, 1 low, 2 high, 3 abnormal, 4 critical, 5 withdrawn
    status TEXT NOT NULL, -- the resource's status
    code TEXT NOT NULL, -- system|code of the first coding
    title TEXT NOT NULL, -- what it is, one line
    value TEXT NOT NULL, -- what it says, one line
    digest BIGINT NOT NULL, -- of the content, so that the same again is no new version
    body {BYTES} NOT NULL, -- the resource, codec byte in front
    PRIMARY KEY (person_id, at, id)
) {CLUSTERED};

CREATE UNIQUE INDEX records_entries_id ON records_entries (person_id, id);

-- Versions that were replaced.
CREATE TABLE records_versions (
    person_id BIGINT NOT NULL, -- whose
    id BIGINT NOT NULL, -- the entry
    version BIGINT NOT NULL, -- from 1
    kind SMALLINT NOT NULL, -- resource type
    institution_id BIGINT NOT NULL, -- who supplied it
    recorded_at BIGINT NOT NULL, -- when it came, microseconds UTC
    body {BYTES} NOT NULL, -- the resource, codec byte in front
    PRIMARY KEY (person_id, id, version)
) {CLUSTERED};

-- Business identifiers of entries, for conditional references and updates.
CREATE TABLE records_identifiers (
    person_id BIGINT NOT NULL, -- whose entry
    digest {BYTES} NOT NULL, -- SHA-256 of type, system and value, first 16 bytes
    entry_id BIGINT NOT NULL, -- the entry
    PRIMARY KEY (person_id, digest, entry_id)
) {CLUSTERED};
