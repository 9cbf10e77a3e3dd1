#!/bin/bash
# Runs once, when the database container is new: the two logins and the database (docs/how-to/production.md).
set -euo pipefail
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE b2b_owner LOGIN BYPASSRLS PASSWORD :'owner_password';
CREATE ROLE b2b_app LOGIN PASSWORD :'app_password';
CREATE DATABASE b2b_market OWNER b2b_owner;
REVOKE ALL ON DATABASE b2b_market FROM PUBLIC;
GRANT CONNECT ON DATABASE b2b_market TO b2b_app;
SQL
