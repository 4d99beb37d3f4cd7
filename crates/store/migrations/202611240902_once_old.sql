-- Finds the replies that may be forgotten without reading those that are kept.
CREATE INDEX store_once_old ON store_once (at) WHERE keep = 0;
