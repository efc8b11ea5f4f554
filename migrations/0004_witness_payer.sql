-- Whose event it is: null in a row of before. A log that was put back may not know the wallet that paid last.
ALTER TABLE ops.witness ADD COLUMN payer text;
