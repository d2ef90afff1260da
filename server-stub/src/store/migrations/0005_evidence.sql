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

-- Two things side by side, where a finding is about two.
ALTER TABLE findings ADD COLUMN detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail));
