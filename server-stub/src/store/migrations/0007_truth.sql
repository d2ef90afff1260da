-- Why a source did not answer, in a word that pages say in the reader's language.
ALTER TABLE release_sources ADD COLUMN last_fault TEXT;

-- Reasons have got a day: what is shown is judged again.
UPDATE rejudgements SET ended_at = began_at WHERE ended_at IS NULL;
UPDATE organisations SET rules_revision = rules_revision + 1;
INSERT INTO rejudgements (org, rules_revision, began_at, total)
    SELECT o.org, o.rules_revision, 0,
           (SELECT count(*) FROM device_states d WHERE d.org = o.org AND d.left_at IS NULL)
    FROM organisations o;

-- When each build of a system was first seen in the fleet, where the policy asks for quarantine.
CREATE TABLE builds (
    org INTEGER NOT NULL REFERENCES organisations,
    platform TEXT NOT NULL,
    os_version TEXT NOT NULL,
    -- Empty where the build has none.
    security_patch TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (org, platform, os_version, security_patch)
) STRICT, WITHOUT ROWID;

-- A heuristic that is taken for wrong on one build, and what that was concluded from.
CREATE TABLE quarantines (
    org INTEGER NOT NULL REFERENCES organisations,
    number INTEGER NOT NULL CHECK (number > 0),
    rule TEXT NOT NULL,
    platform TEXT NOT NULL,
    os_version TEXT NOT NULL,
    security_patch TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    devices INTEGER NOT NULL CHECK (devices >= failing),
    failing INTEGER NOT NULL CHECK (failing >= 0),
    other_devices INTEGER NOT NULL CHECK (other_devices >= other_failing),
    other_failing INTEGER NOT NULL CHECK (other_failing >= 0),
    ended_at INTEGER CHECK (ended_at >= began_at),
    ended_by TEXT CHECK (ended_by IN ('rate', 'policy', 'administrator')),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    PRIMARY KEY (org, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX quarantines_current ON quarantines (org, rule, platform, os_version, security_patch)
    WHERE ended_at IS NULL;

-- When the fleet was last looked at for such heuristics.
CREATE TABLE quarantine_looks (
    org INTEGER NOT NULL PRIMARY KEY REFERENCES organisations,
    looked_at INTEGER NOT NULL
) STRICT;

-- Where documents of trust come from over the network, each with its own age and failures.
CREATE TABLE trust_sources (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('android-status')),
    url TEXT NOT NULL,
    tried_at INTEGER NOT NULL,
    -- When an answer last confirmed what is held; none before the first.
    fetched_at INTEGER,
    etag TEXT,
    last_modified TEXT,
    last_error TEXT,
    last_fault TEXT,
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    next_at INTEGER
) STRICT, WITHOUT ROWID;
