-- Budgets become numbers. Look at what `migrate plan` says of it before you apply it.
ALTER TABLE investments ALTER COLUMN amount TYPE numeric(16, 2);
ALTER TABLE pitches ADD COLUMN budget_cents bigint NOT NULL DEFAULT 0;
