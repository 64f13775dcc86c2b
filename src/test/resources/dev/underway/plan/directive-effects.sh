#!/bin/bash
# The words of directive-effects.txt, and how a row is tried on CASEa.TYPE, which stays as it was, and CASEb.TYPE, whose
# file has changed.
#   trial CASE TYPE AFTER DO LOOK        prints "CASE <what is seen of the unchanged one>|<of the changed one>"
#   trial_new CASE TYPE AFTER DO LOOK    the same of the changed one alone: before and after the step
#   trial_alone CASE TYPE AFTER DO LOOK  as a trial, but the unchanged one is looked at before the other one is dealt with
#   prepare                              programs and places that the units use

prepare() {
    mkdir -p /run/{noted,slow,s,w,mount-told,mount-had} /opt
    chmod 1777 /run/{noted,mount-told,mount-had}
    cat >/opt/note <<'NOTE'
#!/bin/bash
unit=$1
shift
echo "$@" >>/run/noted/$unit
NOTE
    cat >/opt/actor <<'ACTOR'
#!/bin/bash
unit=$1
shift
[[ " $* " != *" HUP "* ]] || exec /opt/catcher $unit
for signal in TERM HUP INT QUIT ABRT; do
    end='exit 0'
    [[ " $* " != *" $signal "* ]] || end=:
    trap "echo $signal >>/run/noted/$unit; $end" $signal
done
trap 'exit 42' USR1
trap 'exit 0' USR2
trap 'systemd-notify WATCHDOG=trigger' WINCH
# systemd-notify(1) speaks for who called it: here a child
trap 'sh -c "systemd-notify STATUS=heard; :"' URG
while :; do
    sleep infinity &
    wait
done
ACTOR
    # bash loses one of two signals that come at once
    cat >/opt/catcher <<'CATCHER'
#!/usr/bin/python3
import signal, sys
def note(number, _):
    with open("/run/noted/" + sys.argv[1], "a") as noted:
        print(signal.Signals(number).name.removeprefix("SIG"), file=noted)
signal.signal(signal.SIGTERM, note)
signal.signal(signal.SIGHUP, note)
while True:
    signal.pause()
CATCHER
    cat >/opt/slow <<'SLOW'
#!/bin/bash
[ ! -e /run/slow/$1 ] || exec /opt/actor "$@"
SLOW
    cat >/opt/mount <<'MOUNT'
#!/bin/bash
[[ $* =~ /mnt/([a-z0-9]+) ]] || exec $0.real "$@"
unit=mnt-${BASH_REMATCH[1]}.mount
echo "$@" >>/run/mount-told/$unit
{ env; cat /proc/self/status; echo "oom=$(</proc/self/oom_score_adj)"; echo "files=$(ulimit -n)"; } >>/run/mount-had/$unit
chmod 666 /run/mount-{had,told}/$unit 2>/dev/null
if [ -e /run/slow/$unit ]; then
    [[ $(cat /run/slow/$unit) =~ x-ignore=([A-Z:]+) ]]
    exec /opt/actor $unit ${BASH_REMATCH[1]//:/ }
fi
exec $0.real "$@"
MOUNT
    cat >/opt/keeper <<'KEEPER'
#!/usr/bin/python3
import os, signal, socket
def store(*_):
    if "NOTIFY_SOCKET" in os.environ:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
            socket.send_fds(notify, [b"FDSTORE=1"], [0])
signal.signal(signal.SIGUSR1, store)
while True:
    signal.pause()
KEEPER
    chmod +x /opt/{note,actor,catcher,slow,mount,keeper}
    touch /etc/.updated
    for program in mount umount; do
        mv /usr/bin/$program /usr/bin/$program.real
        cp /opt/mount /usr/bin/$program
    done
}

is() { systemctl show -P ActiveState "$@" | xargs; }
sub() { systemctl show -P SubState "$1"; }
restarts() { systemctl show -P NRestarts $u; }
status_text() { systemctl show -P StatusText $u; }
refused() { systemctl show -P NRefused $u; }
stored() { systemctl show -P NFileDescriptorStore $u; }
pid() { systemctl show -P MainPID $1; }
environment() { tr '\0' '\n' </proc/$(pid $1)/environ | grep "^$2="; }
status() { sed -n "s/^$1:\t*\([^\t]*\).*/\1/p" /proc/$(pid $u)/status; }
command() { tr '\0' ' ' </proc/$(pid $u)/cmdline | xargs; }
slice() { basename "$(dirname "$(cat /proc/$(pid $u)/cgroup)")"; }
backlog() { ss -Hltn "sport = :$(port)" | xargs | cut -d' ' -f3; }
main() { [ "$(pid $u)" = 0 ] && echo unknown || echo known; }
tell() { systemctl kill --kill-who=main -s $1 $u; }
yes_or_no() { "$@" >/dev/null 2>&1 && echo yes || echo no; }
may() { yes_or_no "$@"; }
there() { yes_or_no test -e $1; }
mode() { stat -c %a $1; }
logged() { yes_or_no journalctl -q -o cat -g $1 UNIT=$u; }
noted() { [ -s /run/noted/$1 ] && sort -u /run/noted/$1 | xargs || echo nothing; }
times() { [ "$(wc -l </run/noted/$1)" = 1 ] && echo once || echo again; }
mount_told() { yes_or_no grep -qe " $1\b" -e "^$1\b" /run/mount-told/$u; }
mount_had() { grep -o "^$1" /run/mount-had/$u | tail -n 1 | xargs; }
size() { grep -o "/mnt/$n .*" /proc/self/mounts | sed -n 's/.*size=\([0-9]*k\).*/\1/p'; }
processes() { grep -q . /sys/fs/cgroup/system.slice/$u/cgroup.procs 2>/dev/null && echo some || echo none; }
again() { for ((i = 0; i < $1; i++)); do systemctl restart $u; done; }
port() { systemctl show -P Listen $u | sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p'; }
connect() { : <>/dev/tcp/127.0.0.1/$(port); }
hold() { sleep 20 <>/dev/tcp/127.0.0.1/$(port) >/dev/null 2>&1 & }
timezone() { ln -sfn /usr/share/zoneinfo/Etc/GMT+$((RANDOM % 12)) /etc/localtime; }
elapses() { systemctl restart $u; systemctl show -P NextElapseUSecRealtime $u; }
elapses_twice() { [ "$(elapses)" = "$(elapses)" ] && echo at one time || echo at two times; }

note() { /opt/note $u "$*"; }
attempt() { "$@" && note done || note refused; }
tested() { echo "$(is $u), $(noted $u)"; }

# What comes is slow from now on; what a mount says to ignore is known to mount(8) alone.
slowly() {
    systemctl show -P Options $u >/run/slow/$u
    "$@"
}

# Does something, and notes which of the machine's ends came of it. reboot.target of this host does nothing.
action() {
    local i
    exec 9>/run/lane
    flock 9
    systemctl stop reboot.target
    rm -f /run/systemd/reboot-param
    "$@"
    for ((i = 0; i < 8; i++)); do
        [ $(is reboot.target) != active ] || break
        sleep .2
    done
    note "$([ $(is reboot.target) = active ] && echo reboot $(cat /run/systemd/reboot-param 2>/dev/null) || echo none)"
    exec 9>&-
}

name() {
    n=$1$2 u=$1$2.$3 p=p$1$2.service q=q$1$2.service t=t$1$2.service w=w$1$2.service
    [ $3 != mount ] || u=mnt-$u
}

await() {
    local after=$1 seen i
    sleep .4
    for ((i = 0; i < 25; i++)); do
        seen=$(eval "$2")
        [ "$seen" != "$after" ] || break
        sleep .3
    done
    echo "$seen"
}

# Nothing of it goes on beside other trials.
end() {
    for which in "$@"; do
        name $case $which $type
        systemctl kill -s KILL $u $t
        systemctl stop --no-block $u $t
    done 2>/dev/null
}

trial() {
    local case=$1 type=$2 after=$3 do=$4 look=$5 changed
    name $case a $type; eval "$do"
    name $case b $type; eval "$do"
    changed=$(await "$after" "$look")
    name $case a $type
    echo "$case $(eval "$look")|$changed"
    end a b
}

trial_alone() {
    local case=$1 type=$2 after=$3 do=$4 look=$5 unchanged
    name $case a $type; eval "$do"
    sleep 1
    unchanged=$(eval "$look")
    name $case b $type; eval "$do"
    echo "$case $unchanged|$(await "$after" "$look")"
}

trial_new() {
    local case=$1 type=$2 after=$3 step=$4 look=$5 read
    name $case b $type
    sleep 1.5
    read=$(eval "$look")
    eval "$step"
    echo "$case $read|$(await "$after" "$look")"
    end b
}

"$@"
