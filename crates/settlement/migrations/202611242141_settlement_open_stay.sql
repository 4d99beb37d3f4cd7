-- Only open stays need the key that lets a person have one: most visits never are one,
-- and an entry for each of them was a page written in vain.
DROP INDEX settlement_visits_open_stay;

CREATE UNIQUE INDEX settlement_visits_open_stay ON settlement_visits (person_id, open_stay) WHERE open_stay IS NOT NULL;
