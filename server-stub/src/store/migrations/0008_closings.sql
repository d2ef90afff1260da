-- Devices that an administrator closed: lost, retired, or enrolled again under a new key because the old one was lost.
CREATE TABLE closings (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('replaced', 'lost', 'retired')),
    replaced_by BLOB CHECK ((reason = 'replaced') = (replaced_by IS NOT NULL) AND replaced_by <> device),
    PRIMARY KEY (org, device),
    FOREIGN KEY (org, device) REFERENCES devices (org, device),
    FOREIGN KEY (org, replaced_by) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;
