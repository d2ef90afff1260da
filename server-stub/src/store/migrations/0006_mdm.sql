-- Where inventory of device management comes from. The key that signs its messages is derived and never stored.
CREATE TABLE mdm_sources (
    org INTEGER NOT NULL REFERENCES organisations,
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    kind TEXT NOT NULL CHECK (kind IN ('nanomdm', 'amapi', 'csv', 'apple-status')),
    -- Whether its lists of apps name every app of a device, so that an app that is not in one is absent.
    whole_lists INTEGER NOT NULL DEFAULT 0 CHECK (whole_lists IN (0, 1)),
    -- Which derived key is in force; a renewed key has the next number.
    secret_number INTEGER NOT NULL DEFAULT 1 CHECK (secret_number > 0),
    added_at INTEGER NOT NULL,
    last_received_at INTEGER,
    received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
    -- Messages about nothing that is kept.
    ignored INTEGER NOT NULL DEFAULT 0 CHECK (ignored BETWEEN 0 AND received),
    last_error TEXT,
    last_error_at INTEGER,
    PRIMARY KEY (org, source)
) STRICT, WITHOUT ROWID;

-- What each source says of each device that it manages, and which of ours that is.
CREATE TABLE mdm_records (
    org INTEGER NOT NULL,
    source TEXT NOT NULL,
    device_ref TEXT NOT NULL CHECK (length(device_ref) BETWEEN 1 AND 120),
    -- Each fact with the moment at which it was so.
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    first_seen_at INTEGER NOT NULL,
    -- The newest message in which the device is managed, and the newest that ended that.
    seen_at INTEGER,
    retired_at INTEGER,
    -- When a message about it last came, on the server's clock: retention runs from here.
    heard_at INTEGER NOT NULL,
    device BLOB CHECK (device IS NULL OR length(device) = 16),
    matched_by TEXT CHECK (matched_by IN ('reference', 'hand')),
    -- How many enrolled devices have this reference.
    candidates INTEGER NOT NULL DEFAULT 0 CHECK (candidates >= 0),
    PRIMARY KEY (org, source, device_ref),
    FOREIGN KEY (org, source) REFERENCES mdm_sources (org, source),
    FOREIGN KEY (org, device) REFERENCES devices (org, device),
    CHECK ((device IS NULL) = (matched_by IS NULL)),
    CHECK (seen_at IS NOT NULL OR retired_at IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX mdm_records_of_device ON mdm_records (org, device) WHERE device IS NOT NULL;
CREATE INDEX devices_by_reference ON devices (org, lower(trim(device_ref))) WHERE device_ref IS NOT NULL;
