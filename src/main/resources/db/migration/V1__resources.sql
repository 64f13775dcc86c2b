-- Every resource as it is now.
--
-- The body is text, not jsonb: no statement looks inside, the order of keys stays the author's, and what was written is
-- what is read. Names compare by bytes, whatever the database's locale, because lists promise that order to clients.
create table resource (
    kind      text collate "C" not null,
    namespace text collate "C" not null,
    name      text collate "C" not null,
    uid       uuid             not null,
    rv        bigint           not null,
    body      text             not null,
    primary key (kind, namespace, name)
);

-- The log of changes. `was` is what selections saw of the resource before the change (labels and selectable fields),
-- null for a creation: enough to tell a watcher that it enters or leaves a selection, without the old body.
create table event (
    rv        bigint           not null primary key,
    at        timestamptz      not null,
    kind      text collate "C" not null,
    namespace text collate "C" not null,
    name      text collate "C" not null,
    removed   boolean          not null,
    was       text,
    body      text             not null
);
create index event_of_kind on event (kind, rv);

-- One row. `rv` is the number of the last change: whoever takes numbers holds the row's lock until commit, so that the
-- order of commits is the order of numbers, also between replicas. Events up to `compacted` are gone.
create table store (
    one       boolean not null primary key default true check (one),
    uid       uuid    not null,
    rv        bigint  not null,
    compacted bigint  not null
);
-- Clients read "0" as "any version", so that numbers begin at 1.
insert into store (uid, rv, compacted) values (gen_random_uuid(), 1, 1);
