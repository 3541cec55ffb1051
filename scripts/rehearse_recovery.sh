#!/bin/sh
# A rehearsal of recovery to a point in time with pgBackRest, on a throw-away private database: archive, full
# backup, a row before and a row after the moment, the data directory lost, recovery to the moment, and a look
# whether the first row is there and the second is not. Touches nothing but a temporary directory.
# Needs the Debian package pgbackrest. docs/backups.md explains each step.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
place=$(mktemp -d)
chmod 755 "$place"
export ATHAR_STATE_DIR="$place/state"
unset DATABASE_URL
ensure() { "$python" -m core.cluster ensure > /dev/null; }
trap '"$python" -m core.cluster stop || true; rm -rf "$place"' EXIT

ensure
root=$(echo "$ATHAR_STATE_DIR"/*)
owner=$(stat -c %U "$root/data")
as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else setpriv --reuid "$owner" --regid "$owner" --clear-groups "$@"; fi; }
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$root/run" -U postgres -d athar "$@"; }
rest() { (cd / && as_owner pgbackrest --config="$place/pgbackrest.conf" --stanza=athar "$@"); }

mkdir "$place/repository" "$place/log" "$place/lock" "$place/spool"
cat > "$place/pgbackrest.conf" <<CONF
[global]
repo1-path=$place/repository
repo1-retention-full=2
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=rehearsal
log-path=$place/log
lock-path=$place/lock
spool-path=$place/spool
log-level-console=warn
start-fast=y

[athar]
pg1-path=$root/data
pg1-socket-path=$root/run
pg1-user=postgres
CONF
chown -R "$owner" "$place/repository" "$place/log" "$place/lock" "$place/spool" "$place/pgbackrest.conf"

sql -c "ALTER SYSTEM SET archive_mode = on" -c "ALTER SYSTEM SET archive_timeout = '60s'" \
    -c "ALTER SYSTEM SET archive_command = 'pgbackrest --config=$place/pgbackrest.conf --stanza=athar archive-push %p'"
"$python" -m core.cluster stop
ensure
rest stanza-create
rest check
rest --type=full backup
sleep 2 # a moment can be recovered to only in a second after that in which a backup ended
sql -c "CREATE TABLE rehearsal (word text)" -c "INSERT INTO rehearsal VALUES ('before')"
moment=$(sql -c "SELECT clock_timestamp()")
sql -c "SELECT pg_sleep(1)" -c "INSERT INTO rehearsal VALUES ('after')" -c "SELECT pg_switch_wal()" > /dev/null
"$python" -m core.cluster stop
mv "$root/data" "$root/data.lost"
as_owner mkdir -m 700 "$root/data"

rest --type=time --target="$moment" --target-action=promote restore
ensure
until [ "$(sql -c 'SELECT pg_is_in_recovery()')" = f ]; do sleep 1; done
found=$(sql -c "SELECT string_agg(word, ' ') FROM rehearsal")
echo "recovered to $moment: $found"
[ "$found" = before ]
