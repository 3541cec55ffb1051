#!/usr/bin/env bash
# Install what is missing, and nothing else: system packages, Python packages, Node packages, static files.
#   scripts/setup.sh run    what `make run` needs
#   scripts/setup.sh test   and what tests, lint and benchmarks need on top
# Settings: DATABASE_URL (then no PostgreSQL is installed), PYTHON (the interpreter for .venv).
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
mkdir -p .setup

say() { printf '[%s] %s\n' "$1" "$2" >&2; }
fail() { printf 'athar: %s\n' "$1" >&2; exit 1; }

# A stamp holds a hash of everything that decides what is installed: equal stamp, nothing to do.
stamp() {
  { printf '%s %s %s\n' "$what" "${DATABASE_URL:+own database}" "${PYTHON:-}"
    cat /etc/os-release requirements.lock requirements-dev.lock package-lock.json pyproject.toml "$0" 2>/dev/null
  } | sha256sum | cut -c1-40
}
everything=$(stamp)
if [ "$(cat ".setup/$what" 2>/dev/null || true)" = "$everything" ] && [ -x .venv/bin/athar ] \
   && { [ -n "${DATABASE_URL:-}" ] || compgen -G '/usr/lib/postgresql/*/lib/postgis-3.so' >/dev/null; } \
   && { [ "$what" = run ] || command -v chromium >/dev/null; }; then
  .venv/bin/python -m portal.assets >&2
  exit 0
fi

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
if [ -z "${DATABASE_URL:-}" ] && ! compgen -G '/usr/lib/postgresql/*/lib/postgis-3.so' >/dev/null; then
  needed+=(postgresql postgresql-postgis)
fi
command -v npm >/dev/null || needed+=(nodejs npm)
font_there() { compgen -G "/usr/share/fonts/truetype/noto/$1" >/dev/null; }
{ font_there 'NotoNaskhArabic-Regular.ttf' && font_there 'NotoSansTifinagh-Regular.ttf'; } || needed+=(fonts-noto-core)
if [ "$what" = test ]; then
  command -v chromium >/dev/null || needed+=(chromium)
  command -v wrk >/dev/null || needed+=(wrk)
fi

if [ ${#needed[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      fail "these Debian packages are missing and only root may install them: ${needed[*]} (ask for: apt-get install ${needed[*]})"
    fi
  fi
  command -v apt-get >/dev/null || fail "this system has no apt-get; install by its own means: ${needed[*]}"
  say 1/4 "System packages: ${needed[*]}"
  apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }
  # A server that nobody asked for must not start with the package: ours is private and made later.
  conf=/etc/postgresql-common/createcluster.d/athar-no-main-cluster.conf
  if [[ " ${needed[*]} " == *" postgresql "* ]] && ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then
    "${as_root[@]}" mkdir -p "$(dirname "$conf")"
    echo 'create_main_cluster = false' | "${as_root[@]}" tee "$conf" >/dev/null
  fi
  apt update >.setup/apt.log 2>&1 || true
  # Debian 12 names PostGIS by PostgreSQL's major version only; the metapackage came with Debian 13.
  packages=()
  for each in "${needed[@]}"; do
    if [ "$each" = postgresql-postgis ] && ! apt-cache show postgresql-postgis >/dev/null 2>&1; then
      major=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sed 's/[^0-9]//g' | sort -n | tail -1)
      major=${major:-$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1)}
      packages+=("postgresql-$major" "postgresql-$major-postgis-3")
    else
      packages+=("$each")
    fi
  done
  apt install -y --no-install-recommends "${packages[@]}" >>.setup/apt.log 2>&1 \
    || { tail -5 .setup/apt.log >&2; fail "apt-get could not install: ${packages[*]} (see .setup/apt.log)"; }
  [ ! -e "$conf" ] || "${as_root[@]}" rm -f "$conf"
else
  say 1/4 "System packages: there"
fi
python=$(python_found) || fail "Python 3.11, 3.12 or 3.13 is needed; set PYTHON to one"

# 2. Python packages, exactly those of the lock file
lock=requirements.lock
[ "$what" = run ] || lock=requirements-dev.lock
if [ "$(cat .setup/python 2>/dev/null || true)" != "$(sha256sum "$lock" pyproject.toml)" ] || [ ! -x .venv/bin/athar ]; then
  say 2/4 "Python packages ($("$python" --version))"
  [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  sha256sum "$lock" pyproject.toml >.setup/python
else
  say 2/4 "Python packages: there"
fi

# 3. Node packages: Leaflet and a font; for tests also axe and Lighthouse
if [ "$(cat .setup/node 2>/dev/null || true)" != "$what $(sha256sum package-lock.json)" ] || [ ! -d node_modules/leaflet ]; then
  say 3/4 "Node packages"
  omit=(--omit=dev)
  [ "$what" = run ] || omit=()
  npm ci --silent --no-fund --no-audit "${omit[@]}" >.setup/npm.log 2>&1 \
    || { tail -5 .setup/npm.log >&2; fail "npm could not install the packages of package-lock.json (see .setup/npm.log)"; }
  echo "$what $(sha256sum package-lock.json)" >.setup/node
else
  say 3/4 "Node packages: there"
fi

# 4. Static files
say 4/4 "Static files"
.venv/bin/python -m portal.assets >&2
echo "$everything" >".setup/$what"
[ "$what" = run ] || { what=run; stamp >.setup/run; }
