# What check and check-debian share: a Debian made here, without a registry of images. It is sourced; the caller defines skip.
SUITE=bookworm

# need PACKAGE...: installs them where they are missing, or skips.
need() {
  [ "$(uname -s)" = Linux ] || skip "this is not Linux"
  [ "$(id -u)" = 0 ] || skip "not root"
  dpkg -s "$@" >/dev/null 2>&1 && return
  command -v apt-get >/dev/null || skip "no apt-get to install $* with"
  echo "== installing $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1 ||
    skip "apt-get could not install $*"
}

# mirror is the first address in this machine's apt settings, which begin with Debian's own.
mirror() { apt-get indextargets --format '$(SITE) $(ORIGIN)' 'Created-By: Packages' | sed -n 's/ Debian$//p' | head -1; }

# debian FOLDER makes a minimal Debian that gets packages from where this machine does.
debian() {
  local root=$1 file
  debootstrap --variant=minbase "$SUITE" "$root" "$(mirror)" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump Acquire | grep -E '^Acquire::(Check|https?:)' >"$root/etc/apt/apt.conf.d/90registries" || true
  for file in /etc/apt/auth.conf.d/* /usr/local/share/ca-certificates/*.crt /etc/pip.conf; do
    if [ -f "$file" ]; then install -D -m 644 "$file" "$root$file"; fi
  done
  env | grep -E '^(PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST)|GO(PROXY|SUMDB|NOSUMDB|NOPROXY|PRIVATE)|(https?|no)_proxy)=' >"$root/etc/registries" || true
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root.log"
}
