-- Why a source did not answer, in a word that pages say in the reader's language.
ALTER TABLE release_sources ADD COLUMN last_fault TEXT;

-- Reasons have got a day: what is shown is judged again.
UPDATE rejudgements SET ended_at = began_at WHERE ended_at IS NULL;
UPDATE organisations SET rules_revision = rules_revision + 1;
INSERT INTO rejudgements (org, rules_revision, began_at, total)
    SELECT o.org, o.rules_revision, 0,
           (SELECT count(*) FROM device_states d WHERE d.org = o.org AND d.left_at IS NULL)
    FROM organisations o;
