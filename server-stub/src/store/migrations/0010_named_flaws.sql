-- One more kind of claim: a vulnerability's record speaks of what is judged. A check cannot be changed in place.
CREATE TABLE release_claims_wider (
    org INTEGER NOT NULL REFERENCES organisations,
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    -- `os ios`, empty for what is about a vulnerability alone.
    line TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('release', 'seen', 'floor', 'support', 'named', 'exploited')),
    subject TEXT NOT NULL,
    claim TEXT NOT NULL CHECK (json_valid(claim)),
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL CHECK (last_seen_at >= first_seen_at),
    -- Whether the source's newest answer still says it.
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    PRIMARY KEY (org, source, part, line, kind, subject),
    FOREIGN KEY (org, source, part) REFERENCES release_sources (org, source, part)
) STRICT, WITHOUT ROWID;
INSERT INTO release_claims_wider SELECT * FROM release_claims;
DROP TABLE release_claims;
ALTER TABLE release_claims_wider RENAME TO release_claims;
