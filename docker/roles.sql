-- Run once with psql on the new, empty database. haven_owner runs migrations and creates indexes. haven_app serves
-- requests and has only the privileges that migrations grant to haven_runtime, which is created here so that haven_app
-- can be its member. With `--set prefix=staging`, the names begin with staging_ (database.rolePrefix).
\getenv password POSTGRES_PASSWORD
\if :{?prefix}
\else
  \set prefix haven
\endif
\set owner :prefix _owner
\set app :prefix _app
\set runtime :prefix _runtime
CREATE ROLE :"owner" LOGIN CREATEROLE PASSWORD :'password';
CREATE ROLE :"app" LOGIN PASSWORD :'password';
CREATE ROLE :"runtime" NOLOGIN NOINHERIT;
GRANT :"runtime" TO :"app";
GRANT :"runtime" TO :"owner" WITH ADMIN OPTION;
GRANT CREATE ON DATABASE :"DBNAME" TO :"owner";
