-- Run once, on the new and empty database. The owner migrates and builds indexes; the app serves, and may do only what the
-- migrations grant to haven_runtime, which is made here so that the app can be a member of it from the start.
\getenv password POSTGRES_PASSWORD
CREATE ROLE haven_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE ROLE haven_app LOGIN PASSWORD :'password';
CREATE ROLE haven_runtime NOLOGIN NOINHERIT;
GRANT haven_runtime TO haven_app;
GRANT haven_runtime TO haven_owner WITH ADMIN OPTION;
GRANT CREATE ON DATABASE haven TO haven_owner;
