#!/usr/bin/env bash
# demo.sh run|stop|clean: a site of its own in .demo/ to try everything on. Called by `make run`, `make stop`, `make clean-demo`.
#
# Every process that it starts stands in a file with its pid and its start time, and is ended only if both still agree.
# $PILOTHOUSE_DEMO_PROGRAM is another program than the built one.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
demo=$root/.demo
program=${PILOTHOUSE_DEMO_PROGRAM:-$root/build/server/src/pilothouse}
export -n PILOTHOUSE_DEMO_PROGRAM  # the program takes variables of this name for its settings
runtime=/tmp/pilothouse-demo-$(id -u)-$(printf %s "$root" | sha256sum | cut -c1-8)  # short: paths of sockets hold 107 bytes

rate=200
replicas=3
weights=(10 25 50 75 100)
bake_seconds=10

# -- What is there.

# start_time PID: when it was started, in ticks since the machine's; fails when it is not there.
start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  stat=${stat##*) }
  [[ ${stat:0:1} != Z ]] || return 1
  set -- $stat
  echo "${20}"
}

note_pid() { echo "$2 $(start_time "$2") $(</proc/sys/kernel/random/boot_id)" >"$demo/$1.pid"; }

# pid_of NAME: the pid of what this demo started under that name, if it still runs.
pid_of() {
  local pid ticks boot
  read -r pid ticks boot 2>/dev/null <"$demo/$1.pid" || return 1
  [[ $boot == "$(</proc/sys/kernel/random/boot_id)" && $(start_time "$pid") == "$ticks" ]] || return 1
  echo "$pid"
}

# field NAME FILE: a field of a flat JSON object that one of our programs wrote.
field() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([^\",}]*)).*/\\2\\3/p" "$2" 2>/dev/null | head -n 1; }

# supervised: "pid" of every shim of this demo, and of every command whose shim is gone.
supervised() {
  local state boot pid
  boot=$(</proc/sys/kernel/random/boot_id)
  for state in "$demo"/data/hosts/*/*/*/state.json; do
    [[ -e $state && $(field boot_id "$state") == "$boot" ]] || continue
    pid=$(field shim_pid "$state")
    if [[ $pid && $(start_time "$pid") == "$(field shim_start_ticks "$state")" ]]; then echo "$pid"; continue; fi
    pid=$(field pid "$state")
    if [[ $pid && $pid != 0 && $(start_time "$pid") == "$(field start_ticks "$state")" ]]; then echo "$pid"; fi
  done
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# get PORT PATH: is the answer a 200?
get() {
  local status
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  { read -r -t 5 _ status _ <&3; } 2>/dev/null || status=
  exec 3>&-
  [[ $status == 200 ]]
}

# wait_until SECONDS COMMAND...
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# -- The site.

free_port() {
  local port
  for ((port = $1; port < $1 + 500; ++port)); do
    answers "$port" || { echo "$port"; return; }
    [[ $port != "$1" ]] || echo "Port $port is taken by another program; looking for one after it." >&2
  done
  echo "No port from $1 to $port is free." >&2
  return 1
}

choose_ports() {
  [[ ! -e $demo/ports ]] || read -r portal_port traffic_port <"$demo/ports"
  if ! pid_of portal >/dev/null; then portal_port=$(free_port "${portal_port:-7410}"); fi
  # HAProxy keeps its port for as long as the demo's versions are there, so it is chosen once.
  : "${traffic_port:=$(free_port 8080)}"
  if [[ -z $(supervised) ]] && answers "$traffic_port"; then
    echo "Port $traffic_port, where the demo's traffic goes, is taken by another program: end that one, or make clean-demo." >&2
    return 1
  fi
  echo "$portal_port $traffic_port" >"$demo/ports"
}

# version NUMBER ERROR_PERCENT: something to bring there.
write_version() {
  mkdir -p "$demo/opt/$1"
  cat >"$demo/opt/$1/svc" <<END
#!/bin/sh
exec $(printf %q "$program") demo-service --version $1 --error-percent $2 --counts-folder $(printf %q "$demo/counts") "\$@"
END
  chmod +x "$demo/opt/$1/svc"
}

write_environments() {
  [[ ! -e $demo/environments.yaml ]] || return 0
  cat >"$demo/environments.yaml" <<END
# The demo's environments. Edit them while the portal runs: it takes up what changes, and says what is wrong.
environments:
  # Real processes on this machine, behind an HAProxy that Pilothouse runs.
  - name: demo
    provider: on-premises
    type: hci
    region: local
    enabled: true
    target: {host: {haproxy: managed}}
    components:
      - name: web
        service: http
        workload:
          command: ["opt/{version}/svc", "--port", "{port}"]
          artifact: "opt/{version}/svc"
          replicas: $replicas
          stop_timeout: 30s
        traffic: {listen: "127.0.0.1:$traffic_port", health: /healthz}
        strategy: {default: canary, weights_percent: [$(IFS=,; echo "${weights[*]}" | sed 's/,/, /g')], bake: ${bake_seconds}s, settle: 5s, watch: 15s}
        judge: {risk: 0.01, margin_percent: 2, on_no_data: hold}

  # For looking at: nothing can be deployed to these.
  - name: azure-west
    provider: azure
    type: cloud
    region: westeurope
    target: sample
    components: [{name: rpc, service: besu}]
  - name: aws-east
    provider: aws
    type: cloud
    region: us-east-1
    target: sample
    components: [{name: gateway, service: firefly}]
END
}

# ./pilothouse: the program with everything set for this demo.
write_command() {
  cat >"$root/pilothouse" <<END
#!/bin/sh
# Written by scripts/demo.sh: pilothouse, set for the demo in .demo/.
unset PILOTHOUSE_DEMO_PROGRAM
export PILOTHOUSE_PROFILE=$(printf %q "$demo/profile.json")
export PILOTHOUSE_SERVER=http://127.0.0.1:$portal_port
export PILOTHOUSE_LISTEN=127.0.0.1:$portal_port
export PILOTHOUSE_DATA_FOLDER=$(printf %q "$demo/data")
export PILOTHOUSE_RUNTIME_FOLDER=$runtime
export PILOTHOUSE_ENVIRONMENTS_FILE=$(printf %q "$demo/environments.yaml")
exec $(printf %q "$program") "\$@"
END
  chmod +x "$root/pilothouse"
}

write_site() {
  mkdir -p "$demo/counts"
  mkdir -p -m 700 "$runtime"
  [[ -O $runtime ]] || { echo "$runtime belongs to somebody else: remove it, sockets of the demo stand in it." >&2; return 1; }
  choose_ports
  write_version 1.0.0 0.1
  write_version 1.1.0 0.1
  write_version 1.2.0 5
  write_environments
  write_command
}

# -- Running it.

# start NAME COMMAND...: in a session of its own, so that neither Ctrl-C nor the end of this terminal reaches it.
start() {
  local name=$1
  shift
  setsid nohup "$@" </dev/null >"$demo/$name.log" 2>&1 &
  # What it becomes by exec keeps pid and start time.
  note_pid "$name" $!
  disown $!  # if it is killed, the live line says so, and nothing else
}

portal_is_ready() { get "$portal_port" /readyz || ! pid_of portal >/dev/null; }

start_portal() {
  start portal "$root/pilothouse" serve --first-version demo=1.0.0 --sample-data true
  wait_until 30 portal_is_ready || true
  get "$portal_port" /readyz && return
  echo "The portal did not become ready. Its last words (.demo/portal.log):" >&2
  tail -n 5 "$demo/portal.log" >&2
  return 1
}

start_traffic() {
  if ! wait_until 60 get "$traffic_port" /; then
    echo "Nothing answers on 127.0.0.1:$traffic_port yet; ./pilothouse status demo tells why. There is no traffic." >&2
    return
  fi
  rm -f "$demo/traffic.json"
  start traffic "$root/pilothouse" demo-traffic --to "127.0.0.1:$traffic_port" --rate $rate \
    --ledger "$demo/ledger.txt" --status "$demo/traffic.json"
  wait_until 5 test -e "$demo/traffic.json" || true
}

setup_token() { sed -nE 's/.*set-up token: ([^ ]+).*/\1/p' "$demo/portal.log" | tail -n 1; }

greet() {
  local token=
  [[ $(field username "$demo/profile.json") ]] || token=$(setup_token)
  echo
  echo "  portal    http://127.0.0.1:$portal_port      open it in a browser; its log: .demo/portal.log"
  echo "  traffic   http://127.0.0.1:$traffic_port      $rate requests a second, each in .demo/ledger.txt (60 MB an hour)"
  [[ -z $token ]] || echo "  token     $token      to make the first administrator, within 30 minutes"
  echo
  echo "Try in the browser, or in another terminal:"
  if [[ $token ]]; then
    echo "  ./pilothouse setup --token $token"
  elif [[ ! $(field token "$demo/profile.json") ]]; then
    echo "  ./pilothouse login"
  fi
  echo "  ./pilothouse deploy demo 1.1.0 --wait      a good version"
  echo "  ./pilothouse deploy demo 1.2.0 --wait      a bad one: 5 % of its answers are errors"
  echo "A canary takes about a minute: $(IFS=,; echo "${weights[*]}" | sed 's/,/, /g') % of the traffic, $bake_seconds s each ($((${#weights[@]} * bake_seconds)) s), and the changes between."
  echo "Then kill the portal in the middle of one (kill -9 $(pid_of portal || echo PID)) and make run again."
  echo
}

# On a desktop, for a person who looks.
open_browser() {
  [[ -t 1 && ${DISPLAY:-${WAYLAND_DISPLAY:-}} ]] && command -v xdg-open >/dev/null || return 0
  xdg-open "http://127.0.0.1:$portal_port/" >/dev/null 2>&1 &
}

# -- The live line.

line() {
  local text age
  text=$(field line "$demo/traffic.json")
  [[ $text ]] || { echo "no traffic"; return; }
  age=$(($(date +%s) - $(stat -c %Y "$demo/traffic.json")))
  pid_of traffic >/dev/null || { echo "traffic has ended: $text"; return; }
  ((age < 4)) || text="no news for $age s: $text"
  pid_of portal >/dev/null || text="NO PORTAL (make run starts it again)  $text"
  echo "$text"
}

show() {
  local columns text
  while [[ -e $demo/portal.pid || -e $demo/traffic.pid ]]; do
    if [[ -t 1 ]]; then
      read -r _ columns < <(stty size 2>/dev/null || echo 24 80)
      text=$(line)
      printf '\r\e[2K%s' "${text:0:$((columns > 1 ? columns - 1 : 79))}"
      sleep 1 || true
    else
      line
      sleep 5 || true
    fi
  done
  echo
  echo "The demo was stopped."
}

stop_portal_only() {
  trap '' INT TERM
  echo
  if pid=$(pid_of portal); then
    kill -TERM "$pid"
    wait_until 15 eval '! pid_of portal >/dev/null' || echo "The portal (pid $pid) has not ended yet; see .demo/portal.log." >&2
    echo "The portal has ended. HAProxy, the replicas of the demo and its traffic go on running, and so do"
    echo "requests: a deployment under way stands still until the portal is back."
  else
    echo "The portal had ended before. HAProxy, the replicas of the demo and its traffic go on running."
  fi
  echo "  make run     takes it up again"
  echo "  make stop    ends everything"
  exit 0
}

leave() {
  trap '' INT TERM
  echo
  echo "The portal goes on running (it was not started here). make stop ends everything."
  exit 0
}

run() {
  [[ -x $program ]] || { echo "There is no $program: make build builds it." >&2; exit 1; }
  mkdir -p "$demo"
  local goodbye=stop_portal_only
  if pid_of portal >/dev/null; then
    read -r portal_port traffic_port <"$demo/ports"
    echo "The portal of this demo is running already (pid $(pid_of portal))."
    goodbye=leave
  else
    write_site
    trap $goodbye INT TERM
    start_portal
  fi
  trap $goodbye INT TERM
  pid_of traffic >/dev/null || start_traffic
  greet
  open_browser
  [[ $goodbye == leave ]] && echo "Ctrl-C leaves everything running." || echo "Ctrl-C stops the portal and nothing else."
  show
}

# -- Ending it.

# end NAME SECONDS: by its pid file.
end() {
  local pid
  pid=$(pid_of "$1") || { rm -f "$demo/$1.pid"; return 0; }
  kill -TERM "$pid" 2>/dev/null || true
  if ! wait_until "$2" eval "! pid_of $1 >/dev/null"; then kill -KILL "$pid" 2>/dev/null || true; fi
  rm -f "$demo/$1.pid"
}

stop() {
  [[ -d $demo ]] || { echo "There is no demo here."; return; }
  end traffic 15
  [[ ! -e $demo/traffic.json ]] || field line "$demo/traffic.json"
  end portal 15
  # A shim passes the request on: HAProxy finishes its requests, a replica drains.
  local left
  left=$(supervised)
  [[ -z $left ]] || kill -TERM $left 2>/dev/null || true
  if ! wait_until 45 eval '[[ -z $(supervised) ]]'; then
    left=$(supervised)
    [[ -z $left ]] || { echo "These did not end within 45 s: $left; see .demo/data/hosts." >&2; return 1; }
  fi
  echo "The demo has ended: portal, traffic, HAProxy, replicas. What it stored is in .demo/; make run goes on from there."
}

clean() {
  stop
  rm -rf "$demo" "$runtime" "$root/pilothouse"
  echo "Removed .demo/ and ./pilothouse."
}

case ${1:-} in
  run | stop | clean) "$1" ;;
  *) echo "usage: scripts/demo.sh run|stop|clean" >&2; exit 2 ;;
esac
