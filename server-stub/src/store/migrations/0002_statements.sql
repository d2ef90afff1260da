-- What people say, signed by their devices: each as it came, never superseded.
CREATE TABLE statements (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    received_at INTEGER NOT NULL,
    -- The device's own time, clamped to what is possible, and its day in the policy's zone.
    made_at INTEGER NOT NULL,
    made_on TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('acknowledgement', 'declaration', 'pause', 'withdrawal')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    envelope TEXT NOT NULL,
    PRIMARY KEY (org, device, number),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;

ALTER TABLE device_states ADD COLUMN last_statement INTEGER NOT NULL DEFAULT 0 CHECK (last_statement >= 0);
ALTER TABLE device_states ADD COLUMN statements INTEGER NOT NULL DEFAULT 0
    CHECK (statements BETWEEN 0 AND last_statement);
-- The device has left: its row is history, and nothing counts it any more.
ALTER TABLE device_states ADD COLUMN left_at INTEGER;

-- What of all that is judged with: the newest acknowledgement and answers, and the pauses.
ALTER TABLE device_postures ADD COLUMN said TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(said));
