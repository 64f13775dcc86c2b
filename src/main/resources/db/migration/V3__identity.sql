-- A certificate that renews the one that counts, from its issue until it is first seen in use: till then either counts,
-- because its answer may be lost on the way to the host.
alter table host_identity add column next_serial text;
alter table host_identity add column next_key_digest text;

-- The authority that all hosts and replicas of this store trust. One row, made by the first server that starts here; the
-- key is PKCS#8, encrypted when the operator gave a passphrase (src/docs/adr/0002-one-authority-in-the-database.md).
create table authority (
    one         boolean not null primary key default true check (one),
    certificate text    not null,
    key         text    not null
);
