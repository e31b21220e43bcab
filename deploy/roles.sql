-- Run once by PostgreSQL's image in a new cluster: two roles, so that the running service cannot
-- rewrite its own past. The owner migrates; the service reads and writes.
\getenv owner_password AWARD_OWNER_PASSWORD
\getenv app_password AWARD_APP_PASSWORD
CREATE ROLE award_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE award_app LOGIN PASSWORD :'app_password';
CREATE DATABASE award OWNER award_owner ENCODING 'UTF8' TEMPLATE template0;
