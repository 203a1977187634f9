-- Run once on the new, empty database. haven_owner runs migrations and creates indexes. haven_app serves requests
-- and has only the privileges that migrations grant to haven_runtime, which is created here so that haven_app can
-- be its member.
\getenv password POSTGRES_PASSWORD
CREATE ROLE haven_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE ROLE haven_app LOGIN PASSWORD :'password';
CREATE ROLE haven_runtime NOLOGIN NOINHERIT;
GRANT haven_runtime TO haven_app;
GRANT haven_runtime TO haven_owner WITH ADMIN OPTION;
GRANT CREATE ON DATABASE haven TO haven_owner;
