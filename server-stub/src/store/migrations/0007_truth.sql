-- Why a source did not answer, in a word that pages say in the reader's language.
ALTER TABLE release_sources ADD COLUMN last_fault TEXT;
