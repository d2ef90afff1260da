-- A device's keys before its present one, each with the statement that replaced it. They still vouch for what they signed.
CREATE TABLE former_keys (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    thumbprint TEXT NOT NULL,
    public_key TEXT NOT NULL CHECK (json_valid(public_key)),
    attestation TEXT CHECK (attestation IS NULL OR json_valid(attestation)),
    replaced_at INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (org, device, thumbprint),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_keys_by_key ON former_keys (thumbprint);

-- The same table with one more kind.
CREATE TABLE statements_2 (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    received_at INTEGER NOT NULL,
    -- The device's own time, clamped to what is possible, and its day in the policy's zone.
    made_at INTEGER NOT NULL,
    made_on TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('acknowledgement', 'declaration', 'pause', 'key-rotation', 'withdrawal')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    envelope TEXT NOT NULL,
    PRIMARY KEY (org, device, number),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;
INSERT INTO statements_2 SELECT * FROM statements;
DROP TABLE statements;
ALTER TABLE statements_2 RENAME TO statements;
