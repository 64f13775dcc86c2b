-- When each resource was last written, so that Events can go when they have not happened again for a while. What was
-- there before counts as written now. Without an index: the primary key leads to the Events, and an index of a column
-- that changes with every write would keep PostgreSQL from updating rows in place (heap-only tuples).
alter table resource add column written timestamptz not null default now();
