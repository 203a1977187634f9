#!/usr/bin/env bash
# Starts docker/compose.yml with podman on images that are built here, as docs/deploying.md describes: up, a write, down,
# up again, and an upgrade. For machines without Docker and without access to an image registry. Requires root, a
# checkout after npm ci, and podman, podman-compose, buildah, runc, catatonit, iptables, netavark, aardvark-dns, curl, jq
# and PostgreSQL's client programs of the distribution.
# Usage: docker/prove-compose.sh [checkout of the version from which to upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
source docker/stand-ins.sh

previous=${1:-}
work=$(mktemp --directory)
key=hvn_$(openssl rand -hex 8)_$(openssl rand -hex 32)
export HAVEN_OPERATOR_KEY=$key HAVEN_PORT=${HAVEN_PORT:-18080}
url=http://127.0.0.1:$HAVEN_PORT

say() { printf '%s\n' "$*"; }
now() { date +%s%3N; }
compose() { podman-compose --project-name haven-proof --file docker/compose.yml "$@"; }
die() {
  say "FAILED: $*" >&2
  exit 1
}

clean_up() {
  if [ $? -ne 0 ]; then
    for container in haven-proof_database_1 haven-proof_haven_1; do
      say "# $container" >&2
      podman logs --tail 20 "$container" >&2 || true
    done
  fi
  compose down --volumes >"$work/down.log" 2>&1 || true
  podman network rm --force haven-proof_default >/dev/null 2>&1 || true
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

# Podman and buildah keep everything in the directory of this run. runc works with both versions of cgroups; the limits
# are those of this shell, because a container's root may not be allowed to raise them.
export CONTAINERS_STORAGE_CONF=$work/storage.conf CONTAINERS_CONF=$work/containers.conf
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$work/storage"
runroot = "$work/run"
END
cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
static_dir = "$work/libpod"
tmp_dir = "$work/tmp"
volume_path = "$work/volumes"
[network]
network_backend = "netavark"
network_config_dir = "$work/networks"
END

# build TAG CHECKOUT
build() {
  buildah build --quiet --isolation chroot --file docker/Dockerfile --tag "localhost/$1" --format docker \
    --build-arg BUILD_IMAGE=localhost/stand-in-dev --build-arg NODE_IMAGE=localhost/stand-in-run "$2" >/dev/null
}

# up IMAGE: starts everything with this image, and waits until Haven is ready.
up() {
  local began
  began=$(now)
  HAVEN_IMAGE=localhost/$1 compose up --detach >"$work/up.log" 2>&1 || { cat "$work/up.log"; die 'podman-compose up'; }
  until curl --silent --fail --output /dev/null "$url/readyz"; do
    [ $(($(now) - began)) -lt 120000 ] || { cat "$work/up.log"; die 'not ready within two minutes'; }
    sleep 0.05
  done
  say "ready $(($(now) - began)) ms after up"
}

down() { compose down >"$work/down.log" 2>&1 || { cat "$work/down.log"; die 'podman-compose down'; }; }

send() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $key" --header 'Content-Type: application/json' "$@"; }
title() { send "$url/api/v1/collections/movies/records/$1" | jq --raw-output .data.Title; }
expect_title() { [ "$(title "$1")" = "$2" ] || die "the record $1 is not there"; }

say '# build'
began=$(now)
stand_in run
stand_in dev
stand_in_postgres
build haven:current "$PWD"
[ -z "$previous" ] || build haven:previous "$previous"
say "images built in $((($(now) - began) / 1000)) s"

say '# up, with nothing there'
first=haven:$([ -z "$previous" ] && echo current || echo previous)
up "$first"
send --data '{"name":"movies"}' "$url/api/v1/collections" >/dev/null
id=$(send --data '{"data":{"Title":"Alien"}}' "$url/api/v1/collections/movies/records" | jq --raw-output .id)
expect_title "$id" Alien
say "wrote $id"

say '# down and up'
down
up "$first"
expect_title "$id" Alien
say 'the record is there'

say '# upgrade'
down
up haven:current
expect_title "$id" Alien
send --request PATCH --data '{"data":{"Title":"Aliens"}}' "$url/api/v1/collections/movies/records/$id" >/dev/null
expect_title "$id" Aliens
send "$url/api/v1/collections/movies/records/$id/history" | jq --compact-output '[.items[].version]'
say 'the record is there, with its history'
say PROVEN
