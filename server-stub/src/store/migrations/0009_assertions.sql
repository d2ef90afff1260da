-- Assertions of App Attest: the attested key that signed one, and how often it says that it was used. The highest number
-- of a key is what the next one must lie above; other evidence has neither.
ALTER TABLE attestations ADD COLUMN app_key TEXT;
ALTER TABLE attestations ADD COLUMN counter INTEGER CHECK ((counter IS NULL) = (app_key IS NULL) AND counter >= 0);
