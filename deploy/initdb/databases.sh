#!/bin/sh
# One role and one database per process; nobody else may connect. The passwords come from the very
# addresses that the processes are given. PostgreSQL's image runs this once, on an empty volume.
set -eu
for file in "${SECRETS:-/run/secrets}"/*_database_url; do
    name=$(basename "$file" _database_url)
    url=$(cat "$file")
    password=${url#*://"$name":}
    password=${password%%@*}
    psql --quiet --set ON_ERROR_STOP=1 --set name="$name" --set password="$password" \
        --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
