-- Where claims about releases come from: one row for each thing that is asked, with its own age and failures.
CREATE TABLE release_sources (
    org INTEGER NOT NULL REFERENCES organisations,
    source TEXT NOT NULL,
    -- A country, an SDK, a vulnerability: what one answer is about.
    part TEXT NOT NULL,
    url TEXT NOT NULL,
    -- When an answer last confirmed what is kept; none before the first.
    fetched_at INTEGER,
    tried_at INTEGER NOT NULL,
    etag TEXT,
    last_modified TEXT,
    last_error TEXT,
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- When it is asked again; none for what only a file answers.
    next_at INTEGER,
    PRIMARY KEY (org, source, part)
) STRICT, WITHOUT ROWID;

-- What each source says, unjudged, and what it said before: a version's first day outlives its place in a feed.
CREATE TABLE release_claims (
    org INTEGER NOT NULL REFERENCES organisations,
    source TEXT NOT NULL,
    part TEXT NOT NULL,
    -- `os ios`, empty for what is about a vulnerability alone.
    line TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('release', 'seen', 'floor', 'support', 'exploited')),
    subject TEXT NOT NULL,
    claim TEXT NOT NULL CHECK (json_valid(claim)),
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL CHECK (last_seen_at >= first_seen_at),
    -- Whether the source's newest answer still says it.
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    PRIMARY KEY (org, source, part, line, kind, subject),
    FOREIGN KEY (org, source, part) REFERENCES release_sources (org, source, part)
) STRICT, WITHOUT ROWID;
