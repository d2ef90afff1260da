-- Times are milliseconds since 1970-01-01T00:00:00Z. Every key of an organisation's table begins with the organisation.

CREATE TABLE server (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    server_id TEXT NOT NULL CHECK (length(server_id) > 0)
) STRICT;

CREATE TABLE organisations (
    org INTEGER PRIMARY KEY CHECK (org BETWEEN 0 AND 4294967295),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    zone TEXT NOT NULL DEFAULT 'UTC',
    created_at INTEGER NOT NULL,
    policy_epoch INTEGER NOT NULL DEFAULT 1 CHECK (policy_epoch > 0),
    -- Grows with each policy and each catalogue; a device judged under an older one is judged again.
    rules_revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE groups (
    org INTEGER NOT NULL REFERENCES organisations,
    grp TEXT NOT NULL CHECK (length(grp) BETWEEN 1 AND 60),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org, grp)
) STRICT, WITHOUT ROWID;

CREATE TABLE policies (
    org INTEGER NOT NULL,
    grp TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    applied_at INTEGER NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL CHECK (json_valid(document)),
    PRIMARY KEY (org, revision),
    FOREIGN KEY (org, grp) REFERENCES groups (org, grp)
) STRICT;
CREATE INDEX policies_of_group ON policies (org, grp, revision);

CREATE TABLE catalogues (
    org INTEGER NOT NULL REFERENCES organisations,
    revision INTEGER NOT NULL CHECK (revision > 0),
    imported_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    document TEXT NOT NULL CHECK (json_valid(document)),
    PRIMARY KEY (org, revision)
) STRICT;

CREATE TABLE enrolment_tokens (
    org INTEGER NOT NULL,
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    grp TEXT NOT NULL,
    uses INTEGER NOT NULL CHECK (uses > 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (org, token_hash),
    FOREIGN KEY (org, grp) REFERENCES groups (org, grp)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_tokens_by_hash ON enrolment_tokens (token_hash);

-- Who a device is: written at enrolment.
CREATE TABLE devices (
    org INTEGER NOT NULL,
    device BLOB NOT NULL CHECK (length(device) = 16),
    grp TEXT NOT NULL,
    platform TEXT NOT NULL,
    public_key TEXT NOT NULL CHECK (json_valid(public_key)),
    thumbprint TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    device_ref TEXT,
    attestation TEXT CHECK (attestation IS NULL OR json_valid(attestation)),
    enrolled_at INTEGER NOT NULL,
    PRIMARY KEY (org, device),
    UNIQUE (org, token_hash, thumbprint),
    FOREIGN KEY (org, grp) REFERENCES groups (org, grp)
) STRICT;
CREATE INDEX devices_by_key ON devices (thumbprint);

-- What is so about a device now: the row that every report and every judgement moves.
CREATE TABLE device_states (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    grp TEXT NOT NULL,
    platform TEXT NOT NULL,
    -- intake
    last_sequence INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    received INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND last_sequence),
    challenged_at INTEGER NOT NULL,
    last_heard_at INTEGER NOT NULL,
    last_report_at INTEGER,
    full_sequence INTEGER,
    full_hash BLOB CHECK (full_hash IS NULL OR length(full_hash) = 32),
    agent_version TEXT NOT NULL DEFAULT '',
    -- judgement
    state TEXT NOT NULL CHECK (state IN ('compliant', 'in-grace', 'not-compliant', 'unknown', 'stale')),
    state_since INTEGER NOT NULL,
    silent INTEGER NOT NULL DEFAULT 0 CHECK (silent IN (0, 1)),
    judged_at INTEGER NOT NULL,
    rules_revision INTEGER NOT NULL,
    due_at INTEGER,
    deadline INTEGER,
    -- what lists show, search and count
    model TEXT NOT NULL DEFAULT '',
    os_version TEXT NOT NULL DEFAULT '',
    security_patch TEXT NOT NULL DEFAULT '',
    whatsapp_version TEXT NOT NULL DEFAULT '',
    evidence TEXT,
    why TEXT CHECK (why IS NULL OR json_valid(why)),
    -- 0 not compliant, 1 in grace, 2 unknown, 3 stale, 4 compliant
    attention INTEGER NOT NULL CHECK (attention BETWEEN 0 AND 4),
    PRIMARY KEY (org, device),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;
CREATE INDEX device_states_due ON device_states (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX device_states_rules ON device_states (org, rules_revision);
CREATE INDEX device_states_attention ON device_states (org, attention, state_since, device);
CREATE INDEX device_states_heard ON device_states (org, last_report_at, device);
CREATE INDEX device_states_deadline ON device_states (org, deadline) WHERE deadline IS NOT NULL;

-- The documents behind the state: facts, standing and posture as agent-core serialises them.
CREATE TABLE device_postures (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    standing TEXT NOT NULL CHECK (json_valid(standing)),
    posture TEXT NOT NULL CHECK (json_valid(posture)),
    PRIMARY KEY (org, device),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;

CREATE TABLE reports (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    received_at INTEGER NOT NULL,
    -- The device's own time, clamped to what is possible.
    made_at INTEGER NOT NULL,
    -- How far the device's clock was ahead of the server's, in milliseconds.
    clock_skew INTEGER NOT NULL,
    fresh INTEGER NOT NULL CHECK (fresh IN (0, 1)),
    kind TEXT NOT NULL CHECK (kind IN ('full', 'unchanged')),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    envelope TEXT NOT NULL,
    PRIMARY KEY (org, device, sequence),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;

-- The timeline: what was so from when to when. The subject is a check, or empty for the device's state.
CREATE TABLE spans (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    subject TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER CHECK (until IS NULL OR until > since),
    -- A device's state or a check's verdict.
    word TEXT NOT NULL,
    in_grace INTEGER NOT NULL DEFAULT 0 CHECK (in_grace IN (0, 1)),
    code TEXT NOT NULL DEFAULT '',
    params TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(params)),
    -- Since when the verdict is so; a span is also cut when only its reason changes.
    held_since INTEGER NOT NULL,
    deadline INTEGER,
    evidence TEXT,
    policy_revision INTEGER NOT NULL,
    catalogue_revision INTEGER NOT NULL,
    PRIMARY KEY (org, device, subject, since),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX spans_open ON spans (org, device, subject) WHERE until IS NULL;
CREATE INDEX spans_open_by_word ON spans (org, subject, word, code) WHERE until IS NULL;

-- How many devices of a group: moved in the transaction that moves the device.
--   kind 'state'    a: state            b: ''
--   kind 'check'    a: check            b: pass, nudge, in-grace, fail, unknown, not-applicable
--   kind 'reason'   a: check            b: reason code, of checks that fail, nudge or are unknown
--   kind 'os', 'patch', 'whatsapp'      a: platform   b: version, '' when unknown
--   kind 'evidence' a: grade or ''      b: ''
CREATE TABLE counts (
    org INTEGER NOT NULL,
    grp TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('state', 'check', 'reason', 'os', 'patch', 'whatsapp', 'evidence')),
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (org, grp, kind, a, b)
) STRICT, WITHOUT ROWID;

-- By how much each state's count changed on a day of the organisation's zone: today's counts less what came after a
-- day are that day's counts.
CREATE TABLE count_changes (
    org INTEGER NOT NULL,
    grp TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    change INTEGER NOT NULL,
    PRIMARY KEY (org, grp, day, state)
) STRICT, WITHOUT ROWID;

-- A change of rules that the fleet is being judged under again.
CREATE TABLE rejudgements (
    org INTEGER NOT NULL REFERENCES organisations,
    rules_revision INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    PRIMARY KEY (org, rules_revision)
) STRICT, WITHOUT ROWID;

-- What somebody should look at: a sequence that came twice with other bytes, a fork.
CREATE TABLE findings (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (org, device, kind, sequence, hash),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;

-- The people who look, and what they may.
CREATE TABLE users (
    org INTEGER NOT NULL REFERENCES organisations,
    user INTEGER NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'viewer')),
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER,
    PRIMARY KEY (org, user),
    UNIQUE (org, email)
) STRICT, WITHOUT ROWID;
CREATE INDEX users_by_email ON users (email);

CREATE TABLE sign_in_links (
    org INTEGER NOT NULL,
    link_hash BLOB NOT NULL CHECK (length(link_hash) = 32),
    user INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at INTEGER,
    PRIMARY KEY (org, link_hash),
    FOREIGN KEY (org, user) REFERENCES users (org, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_by_hash ON sign_in_links (link_hash);

CREATE TABLE sessions (
    org INTEGER NOT NULL,
    session_hash BLOB NOT NULL CHECK (length(session_hash) = 32),
    user INTEGER NOT NULL,
    -- How they signed in: who came by a link may set a password without knowing the old one.
    proof TEXT NOT NULL CHECK (proof IN ('link', 'password')),
    csrf TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org, session_hash),
    FOREIGN KEY (org, user) REFERENCES users (org, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_hash ON sessions (session_hash);

CREATE TABLE api_tokens (
    org INTEGER NOT NULL REFERENCES organisations,
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'viewer')),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (org, token_hash),
    UNIQUE (org, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_tokens_by_hash ON api_tokens (token_hash);

-- Whose device it is, apart from everything that is known of the device.
CREATE TABLE person_links (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    person TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (org, device),
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT, WITHOUT ROWID;

-- Every administrative act. commitment = SHA-256(salt ‖ payload); chain = SHA-256(chain before ‖ commitment), so
-- that an erased payload leaves the chain whole.
CREATE TABLE audit_log (
    org INTEGER NOT NULL REFERENCES organisations,
    entry INTEGER NOT NULL CHECK (entry > 0),
    payload TEXT CHECK (payload IS NULL OR json_valid(payload)),
    salt BLOB,
    commitment BLOB NOT NULL CHECK (length(commitment) = 32),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    PRIMARY KEY (org, entry)
) STRICT;

-- Every view of a device. The actor is `user:<n>` or `api-token:<name>`.
CREATE TABLE access_log (
    org INTEGER NOT NULL,
    device BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    FOREIGN KEY (org, device) REFERENCES devices (org, device)
) STRICT;
CREATE INDEX access_log_of_device ON access_log (org, device, at);
