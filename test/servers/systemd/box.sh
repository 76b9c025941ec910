#!/bin/bash
# A real systemd as PID 1 in namespaces of its own, for the test of the unit. No VM, no container engine.
#   box.sh root ROOT                    makes the root directory, once (mmdebstrap, Debian 12)
#   box.sh start ROOT RUN [FROM:TO..]   boots; RUN: a new directory for its state; each host folder FROM is there as TO, read-only
#   box.sh exec RUN COMMAND [ARG..]     runs a command inside
#   box.sh stop RUN                     powers off
# ROOT stays as it is: an overlay takes what is written. Needs root, overlayfs and cgroup2; its network is a loopback of its own.
set -euo pipefail
command=${1:?root, start, exec or stop}
shift

make_root() {
  mmdebstrap --quiet --variant=apt --aptopt='Apt::Install-Recommends "false"' \
    --include=systemd,systemd-sysv,dbus,openssh-client bookworm "$1.new"
  mv "$1.new" "$1"
}

# Runs inside the new namespaces: mounts the box and becomes its PID 1.
become_init() {
  root=$1 run=$2
  shift 2
  box=$run/mnt
  mount -t overlay overlay -o "lowerdir=$root,upperdir=$run/upper,workdir=$run/work" "$box"
  mount -t proc proc "$box/proc"
  # Most of these are not namespaced: systemd-sysctl inside would tune the host's kernel.
  for part in sys sysrq-trigger irq bus; do
    [ -e "$box/proc/$part" ] || continue
    mount --bind "$box/proc/$part" "$box/proc/$part"
    mount -o remount,ro,bind "$box/proc/$part"
  done
  mount -t sysfs -o ro sysfs "$box/sys"
  mount -t cgroup2 cgroup2 "$box/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$box/dev"
  for device in null zero full random urandom tty; do
    : >"$box/dev/$device"
    mount --bind "/dev/$device" "$box/dev/$device"
  done
  mkdir -p "$box"/dev/pts "$box"/dev/shm
  mount -t devpts -o newinstance,ptmxmode=666 devpts "$box/dev/pts"
  ln -s pts/ptmx "$box/dev/ptmx"
  ln -s /proc/self/fd "$box/dev/fd"
  mount -t tmpfs -o mode=755 tmpfs "$box/run"
  mount -t tmpfs -o mode=1777 tmpfs "$box/tmp"
  for pair; do
    place=$box${pair#*:}
    mkdir -p "$place"
    mount --bind "${pair%%:*}" "$place"
    mount -o remount,ro,bind "$place"
  done
  echo force-unsafe-io >"$box/etc/dpkg/dpkg.cfg.d/box" # nothing in here has to outlive a power cut
  [ -s "$box/etc/machine-id" ] || tr -d - </proc/sys/kernel/random/uuid >"$box/etc/machine-id"
  for unit in systemd-udevd.service systemd-networkd.service systemd-sysctl.service systemd-modules-load.service \
    systemd-binfmt.service systemd-remount-fs.service systemd-timesyncd.service sys-kernel-debug.mount \
    sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount \
    proc-sys-fs-binfmt_misc.automount getty.target console-getty.service; do
    ln -sfn /dev/null "$box/etc/systemd/system/$unit"
  done
  hostname box
  ip link set lo up
  cd "$box"
  mkdir -p .old
  pivot_root . .old
  umount -l /.old
  rmdir /.old
  # The mounts of LoadCredential= reach a unit by propagation.
  mount --make-rshared /
  exec env -i container=box PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --log-target=journal --show-status=no
}

start_box() {
  root=$(realpath "$1")
  mkdir -p "$2"/upper "$2"/work "$2"/mnt
  run=$(realpath "$2")
  shift 2
  cgroups=/sys/fs/cgroup
  [ ! -d $cgroups/unified ] || cgroups=$cgroups/unified
  cgroup=$cgroups/daybook-box-$$
  mkdir "$cgroup"
  echo "$cgroup" >"$run/cgroup"
  (
    echo $BASHPID >"$cgroup/cgroup.procs"
    exec unshare --mount --uts --ipc --net --pid --cgroup --fork --propagation private \
      "$0" become-init "$root" "$run" "$@"
  ) >"$run/console" 2>&1 </dev/null &
  wrapper=$!
  echo $wrapper >"$run/wrapper.pid"
  for _ in $(seq 600); do
    init=$(tr -d ' ' <"/proc/$wrapper/task/$wrapper/children") || true
    if [ -n "$init" ] && [ "$(cat "/proc/$init/comm" 2>/dev/null)" = systemd ]; then
      echo "$init" >"$run/init.pid"
      case $("$0" exec "$run" systemctl is-system-running 2>/dev/null || true) in running | degraded) exit 0 ;; esac
    fi
    kill -0 $wrapper 2>/dev/null || break
    sleep .05
  done
  cat "$run/console" >&2
  echo "systemd did not boot" >&2
  exit 1
}

stop_box() {
  init=$(cat "$1/init.pid")
  kill -s RTMIN+4 "$init" 2>/dev/null || true # SIGRTMIN+4: systemd's own power-off
  for _ in $(seq 200); do
    grep -qs '^State:.[^Z]' "/proc/$init/status" || break
    sleep .05
  done
  kill -KILL "$init" 2>/dev/null || true
  sleep .1
  kill -KILL "$(cat "$1/wrapper.pid")" 2>/dev/null || true
  cgroup=$(cat "$1/cgroup")
  for _ in $(seq 40); do
    [ -d "$cgroup" ] || break
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep .05
  done
}

case $command in
root) make_root "$1" ;;
start) start_box "$@" ;;
become-init) become_init "$@" ;;
exec)
  init=$(cat "$1/init.pid")
  shift
  exec nsenter -t "$init" --mount --uts --ipc --net --pid --cgroup --root --wd env -i HOME=/root TERM=dumb \
    SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ;;
stop) stop_box "$1" ;;
esac
