-- Institutions of the region: hospitals, health centres, pharmacies. Few, read
-- often, kept in memory by every node.
CREATE TABLE directory_institutions (
    id BIGINT NOT NULL PRIMARY KEY, -- time-sorted
    code TEXT NOT NULL, -- the code other systems know it by (fixmedins_code)
    name TEXT NOT NULL, -- Chinese name
    name_en TEXT NOT NULL, -- English name, empty when none
    region TEXT NOT NULL, -- division code, six digits; empty when it lies outside
    level TEXT NOT NULL, -- grade or kind, as its supervisor names it; empty when none
    created_at BIGINT NOT NULL -- microseconds UTC
);

CREATE UNIQUE INDEX directory_institutions_code ON directory_institutions (code);
