-- What hardware signed for a device's keys, as it came and as it was judged last.
CREATE TABLE attestations (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    -- The key that it speaks for.
    thumbprint TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    -- The challenge of ours that it must answer; none where none was found.
    challenge TEXT,
    challenged_at INTEGER,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    -- What it was held against last: where that changes, it is judged again.
    basis TEXT NOT NULL,
    proved INTEGER NOT NULL CHECK (proved IN (0, 1)),
    judgement TEXT NOT NULL CHECK (json_valid(judgement)),
    -- Whether it is the newest of its device.
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    PRIMARY KEY (org, device, number),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attestations_current ON attestations (org, device) WHERE current = 1;

-- Evidence that was kept before anything was made of it.
INSERT INTO attestations
    SELECT org, device, 1, thumbprint, enrolled_at, NULL, NULL, attestation, '', 0, '{}', 1
    FROM devices WHERE attestation IS NOT NULL;
ALTER TABLE devices DROP COLUMN attestation;
ALTER TABLE former_keys DROP COLUMN attestation;

-- What speaks for a device beside its own reports.
ALTER TABLE device_postures ADD COLUMN proofs TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(proofs));

-- What evidence is held against, for all organisations: roots beside the built-in ones, and the list of revoked ones.
CREATE TABLE trust_documents (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('android-roots', 'android-status', 'apple-roots')),
    -- Grows with each change of any of them.
    revision INTEGER NOT NULL CHECK (revision > 0),
    document BLOB NOT NULL,
    -- When its source said so.
    as_of INTEGER NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The same table with one more kind:
--   kind 'grade'    a: grade            b: check that was answered by it
CREATE TABLE counts_2 (
    org INTEGER NOT NULL,
    grp TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('state', 'check', 'reason', 'os', 'patch', 'whatsapp', 'evidence', 'grade')),
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (org, grp, kind, a, b)
) STRICT, WITHOUT ROWID;
INSERT INTO counts_2 SELECT * FROM counts;
INSERT INTO counts_2
    SELECT s.org, d.grp, 'grade', s.evidence, s.subject, count(*)
    FROM spans s JOIN device_states d USING (org, device)
    WHERE s.until IS NULL AND s.subject <> '' AND s.evidence IS NOT NULL AND d.left_at IS NULL
    GROUP BY s.org, d.grp, s.evidence, s.subject;
DROP TABLE counts;
ALTER TABLE counts_2 RENAME TO counts;

-- Two things side by side, where a finding is about two.
ALTER TABLE findings ADD COLUMN detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail));
