-- The triggers stop a slip, not a person: whoever holds the file can rewrite it. The tree shows that they did.

-- The leaves: nothing here is ever changed.
CREATE TABLE entry (
    idx  INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL
) STRICT;

CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN NEW.idx IS NOT (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT RAISE(ABORT, 'entries follow one another without a gap'); END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;

-- A disposal empties the row and leaves it. Deleting rows would make SQLite merge their pages, and a merge
-- leaves copies of the neighbours behind that no later deletion finds, even under secure_delete.
CREATE TABLE content (
    idx   INTEGER PRIMARY KEY REFERENCES entry (idx),
    salt  BLOB CHECK (length(salt) = 32),
    bytes BLOB,
    CHECK ((salt IS NULL) = (bytes IS NULL))
) STRICT;

CREATE TRIGGER content_comes_with_its_entry BEFORE INSERT ON content
WHEN NEW.idx < (SELECT size FROM head)
BEGIN SELECT RAISE(ABORT, 'content is written together with its entry'); END;
CREATE TRIGGER content_stays BEFORE UPDATE ON content
WHEN NEW.idx IS NOT OLD.idx OR NEW.salt IS NOT NULL OR NEW.bytes IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'content is disposed of or left as it is'); END;
CREATE TRIGGER content_remains BEFORE DELETE ON content
BEGIN SELECT RAISE(ABORT, 'content is emptied, and its row stays'); END;

-- The complete subtrees of at least sixteen leaves. Those of fewer are made from their leaves, which lie side by
-- side, whenever somebody asks: level 4 is the lowest that is kept.
CREATE TABLE node (
    level INTEGER NOT NULL CHECK (level >= 4),
    idx   INTEGER NOT NULL,
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER node_stays BEFORE UPDATE ON node
BEGIN SELECT RAISE(ABORT, 'a node is never changed'); END;
CREATE TRIGGER node_remains BEFORE DELETE ON node
BEGIN SELECT RAISE(ABORT, 'a node is never deleted'); END;

-- How far the journal has come. purge_due is its size at the latest disposal whose bytes may still be in
-- the write-ahead log.
CREATE TABLE head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK (length(root) = 32),
    purge_due INTEGER
) STRICT;

CREATE TRIGGER head_is_one BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT RAISE(ABORT, 'a journal has one head'); END;
CREATE TRIGGER head_goes_on BEFORE UPDATE ON head
WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root IS NOT OLD.root)
BEGIN SELECT RAISE(ABORT, 'a journal never goes back'); END;
CREATE TRIGGER head_remains BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'a journal has one head'); END;

-- Signed notes. One of the same size is replaced when it has gained a cosignature.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

-- What an append with a key was answered, so that its repetition is answered alike.
CREATE TABLE idempotency (
    key       TEXT PRIMARY KEY,
    first_idx INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK (length(root) = 32)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER idempotency_is_new BEFORE INSERT ON idempotency
WHEN EXISTS (SELECT 1 FROM idempotency WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'a key is used once'); END;
CREATE TRIGGER idempotency_stays BEFORE UPDATE ON idempotency
BEGIN SELECT RAISE(ABORT, 'a key stays as it was used'); END;
CREATE TRIGGER idempotency_remains BEFORE DELETE ON idempotency
BEGIN SELECT RAISE(ABORT, 'a key stays as it was used'); END;

-- Can be made again from the entries. It may hold content, so a disposal empties the table: without triggers
-- on it, SQLite then wipes whole pages.
CREATE TABLE derived (
    name  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
