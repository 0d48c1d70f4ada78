#!/bin/bash
# Prove the Debian package in an empty root: no Python, no Qt, nothing but what it depends on.
# Usage: packaging/prove.sh PACKAGE.deb DIR [MEDIA [APPIMAGE]]   as root, on Debian, with debootstrap.
# DIR gets the root, pictures of the window and what the program wrote; MEDIA is a sound in a
# container, such as a phone's .m4a, to be decoded in a process of its own. The AppImage is started
# when the package is gone: unpacked by itself, and mounted where there is a /dev/fuse.
set -euo pipefail

package=$(realpath "$1")
place=$(mkdir -p "$2" && realpath "$2")
media=${3:+$(realpath "$3")}
appimage=${4:+$(realpath "$4")}
root=$place/root
results=$place/results
suite=${SUITE:-bookworm}
# Abstract sockets pass a root's walls: the screen must be nobody else's.
screen=:90
while grep -q "X11-unix/X${screen#:}\$" /proc/net/unix; do screen=:$((${screen#:} + 1)); done
mkdir -p "$results"

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
as() {  # as PERSON COMMAND…: with a home and nothing else
    local person=$1; shift
    chroot --userspec="$person:$person" "$root" env -i HOME="/home/$person" USER="$person" \
        PATH=/usr/bin:/bin LC_ALL=C.UTF-8 XDG_RUNTIME_DIR="/run/user/$person" DISPLAY=$screen \
        sh -c "cd ~ && exec \"\$@\"" - "$@"
}
within() {  # within SECONDS COMMAND…: until it succeeds
    local end=$((SECONDS + $1)); shift
    until "$@"; do [ $SECONDS -lt $end ] || fail "waited in vain for: $*"; sleep 0.5; done
}
picture() { inside env DISPLAY=$screen import -window root "/tmp/$1.png"; cp "$root/tmp/$1.png" "$results"; }

ended() {
    for job in $(jobs -p); do kill $(ps -o pid= --ppid "$job") "$job" 2>/dev/null || true; done
    for mounted in usr/lib/soundalike tmp run dev proc; do
        umount --lazy "$root/$mounted" 2>/dev/null || true
    done
}
trap ended EXIT

if [ ! -e "$root/etc/debian_version" ]; then
    step "An empty root: $suite"
    debootstrap --variant=minbase "$suite" "$root" >"$results/debootstrap.log"
fi
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if inside sh -c 'command -v python3'; then fail "there is a Python already"; fi

step "The package, with what it depends on and nothing more"
cp "$package" "$root/tmp/soundalike.deb"
inside apt-get -qq update
inside env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends /tmp/soundalike.deb >"$results/install.log" 2>&1 ||
    { cat "$results/install.log"; fail "it cannot be installed"; }
rm "$root/tmp/soundalike.deb"
if inside sh -c 'command -v python3 || find / -xdev -name "libQt6*" -not -path "/usr/lib/soundalike/*" | grep .'; then
    fail "it brought Python or Qt"
fi
inside dpkg-query -W -f '${Installed-Size} KiB installed\n' soundalike

for person in ada ben; do
    inside useradd --create-home "$person" 2>/dev/null || true
    install -d -m 700 "$root/run/user/$person"
    inside chown "$person:$person" "/run/user/$person"
done

step "The command line"
as ada soundalike --version
as ada soundalike example rain.wav >/dev/null
as ada sh -c 'soundalike match rain.wav -k 3 --json > match.json'
grep -q '"listener": "built-in"' "$root/home/ada/match.json" || fail "no match"
as ada soundalike match rain.wav -k 3
as ada soundalike tags rain.wav | head -3
as ada soundalike teach "our rain" --yes rain.wav
as ada soundalike tags rain.wav | grep -q "our rain" || fail "nothing is taught"
as ada sh -c 'mkdir -p mine && cp rain.wav mine && soundalike build sounds mine --out catalog >/dev/null'
as ada soundalike match rain.wav --catalog catalog -k 1
for ending in csv parquet json; do as ada soundalike export catalog "clips.$ending"; done
[ -s "$root/home/ada/clips.parquet" ] || fail "no export"
if [ -n "$media" ]; then
    cp "$media" "$root/home/ada/phone.${media##*.}"
    as ada soundalike tags "phone.${media##*.}" | head -3
fi

step "The window, for the first time"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    xvfb xdotool imagemagick pulseaudio pulseaudio-utils libasound2-plugins man-db \
    >"$results/tools.log" 2>&1 || fail "the tools for the proof cannot be installed"
install -d -m 1777 "$root/tmp/.X11-unix"
as ada Xvfb $screen -nolisten local -screen 0 1280x800x24 >"$results/xvfb.log" 2>&1 &
within 30 test -e "$root/tmp/.X11-unix/X${screen#:}"
as ada pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no \
    -L "module-native-protocol-unix auth-anonymous=1" \
    -L "module-null-sink sink_name=speaker rate=48000" \
    -L "module-remap-source source_name=microphone master=speaker.monitor" \
    >"$results/pulseaudio.log" 2>&1 &
within 30 as ada pactl info >/dev/null 2>&1
as ada pactl set-default-source microphone
as ada soundalike-window rain.wav >"$results/window.log" 2>&1 &
shown() { inside env DISPLAY=$screen xdotool search --onlyvisible --name Soundalike >/dev/null 2>&1; }
within 60 shown
sleep 15
picture first-start

step "A recording"
window=$(inside env DISPLAY=$screen xdotool search --onlyvisible --name Soundalike | tail -1)
inside env DISPLAY=$screen xdotool windowfocus --sync "$window" key space
sleep 2
as ada paplay --device=speaker rain.wav
picture recording
inside env DISPLAY=$screen xdotool windowfocus --sync "$window" key space
recorded() { find "$root/home/ada/.local/share/soundalike/recordings" -name '*.flac' -size +20k | grep -q .; }
within 30 recorded
sleep 5
picture recorded
ls -l "$root/home/ada/.local/share/soundalike/recordings"
inside env DISPLAY=$screen xdotool windowfocus --sync "$window" key ctrl+q
ended_window() { ! shown; }
within 30 ended_window

step "A second person, at the same time as the first"
as ben soundalike example bark.wav >/dev/null
as ada soundalike match rain.wav -k 1 >/dev/null &
first=$!
as ben soundalike match bark.wav -k 1
wait "$first"

step "Without a network"
unshare --net chroot --userspec=ben:ben "$root" env -i HOME=/home/ben PATH=/usr/bin:/bin LC_ALL=C.UTF-8 \
    sh -c 'cd ~ && soundalike match bark.wav -k 1 && ! soundalike files fetch model'

step "Installed where nothing can be written"
mount --bind "$root/usr/lib/soundalike" "$root/usr/lib/soundalike"
mount -o remount,bind,ro "$root/usr/lib/soundalike"
if touch "$root/usr/lib/soundalike/x" 2>/dev/null; then fail "it can be written to"; fi
as ben soundalike match bark.wav -k 1 --include Animal
umount "$root/usr/lib/soundalike"

step "Gone"
inside man --warnings soundalike >/dev/null
inside dpkg -r soundalike
left=$(find "$root/usr" "$root/etc" "$root/opt" "$root/var/lib" -name '*soundalike*' -not -path '*/dpkg/*')
[ -z "$left" ] || fail "left behind: $left"
left=$(find "$root/home" "$root/root" "$root/tmp" -iname '*soundalike*' -not -path '*/.local/share/soundalike*')
[ -z "$left" ] || fail "left behind: $left"
[ -z "$(find "$root/home" -name numba -o -name '*.nbi' -not -path '*/.local/share/soundalike/*')" ] ||
    fail "compiled code is left behind"
[ -d "$root/home/ada/.local/share/soundalike" ] || fail "the data folder is gone"

if [ -n "$appimage" ]; then
    step "The AppImage, by unpacking itself"
    cp "$appimage" "$root/home/ben/Soundalike.AppImage"
    as ben ln -s Soundalike.AppImage soundalike
    as ben ./soundalike --appimage-extract-and-run match bark.wav -k 1
    [ -z "$(find "$root/tmp" -maxdepth 1 -name 'appimage_extracted_*')" ] || fail "what was unpacked is left"
    if [ -e /dev/fuse ]; then
        step "The AppImage, mounted"
        inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
            fuse libfuse2 >>"$results/tools.log" 2>&1 || fail "FUSE cannot be installed"
        # By root, for a machine may keep /dev/fuse from others, and so from those of this root.
        inside env SOUNDALIKE_HOME=/tmp/data /home/ben/soundalike match /home/ben/bark.wav -k 1
        inside env DISPLAY=$screen SOUNDALIKE_HOME=/tmp/data /home/ben/Soundalike.AppImage \
            /home/ben/bark.wav >"$results/appimage.log" 2>&1 &
        within 120 shown
        grep -q "fuse[.]Soundalike[.]AppImage" /proc/mounts || fail "it is not mounted"
        sleep 15
        picture appimage
        window=$(inside env DISPLAY=$screen xdotool search --onlyvisible --name Soundalike | tail -1)
        inside env DISPLAY=$screen xdotool windowfocus --sync "$window" key ctrl+q
        within 30 ended_window
        unmounted() { ! grep -q "fuse[.]Soundalike[.]AppImage" /proc/mounts; }
        within 30 unmounted
    fi
fi

step "Proven"
