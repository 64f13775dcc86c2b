-- Who may call. Tokens are kept as SHA-256 of their secret only: a copy of the database opens no door.

create table person_token (
    id         text primary key,
    hash       text not null,
    person     text not null,
    groups     text[] not null,
    created_at timestamptz not null
);

create table join_token (
    id         text primary key,
    hash       text not null,
    expires_at timestamptz not null,
    uses_left  integer not null check (uses_left >= 0),
    hosts      text[] not null,              -- patterns of host names; * stands for any characters
    labels     text not null,                -- JSON object, set on every host that joins by this token
    created_by text not null,
    created_at timestamptz not null
);

-- The one client certificate that counts for a host. No row: the name is free and no certificate for it counts.
create table host_identity (
    host        text primary key,
    serial      text not null,               -- of the certificate, hexadecimal
    machine     text not null,               -- SHA-256 of the machine id
    key_digest  text not null,               -- SHA-256 of the public key: tells a repeated request from a stolen name
    token       text not null,               -- id of the join token
    enrolled_at timestamptz not null
);

-- When a host was last heard of. Written often and in batches, so it is no resource and never enters the log.
create table host_lease (
    host    text primary key,
    seen_at timestamptz not null
) with (fillfactor = 50);
