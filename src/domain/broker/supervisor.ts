/**
 * What agent and Mosquitto do where they are two containers of one pod. The container of Mosquitto runs this loop, the
 * agent says when the broker is to be started; both have one user, one process namespace and one directory:
 *
 *     supervisor   process id of the loop, then what `mosquitto -h` says; there while the loop runs
 *     start        a request of the agent: its number, the process id of the agent, path of the configuration
 *     running      number of the request and process id of the broker that was started for it
 *     exited       number of the request and exit status of its broker, as `wait` of sh(1) gives it
 *     log          what the broker says; appended to, so that the agent may cut it to nothing at any time
 *
 * All but `log` are put in place in one step. The loop starts nothing by itself, neither at first nor after a crash: a
 * broker only ever runs on what a living agent has checked.
 */
export const supervisorFiles = {
  supervisor: 'supervisor',
  start: 'start',
  running: 'running',
  exited: 'exited',
  log: 'log',
} as const;

/**
 * For POSIX sh, that of BusyBox included: `sh -c SCRIPT NAME DIRECTORY WORD…`, where the words start Mosquitto. On SIGTERM
 * it ends the broker and then itself, with status 0; it asks again each second, for Mosquitto 2.1.2 loses a SIGTERM that
 * comes while it starts.
 */
export const supervisorScript = `set -u
umask 077
dir=$1
shift
child=
say() { printf '%s\\n' "$2" >"$dir/$1.new" && mv -f "$dir/$1.new" "$dir/$1"; }
end() {
  trap '' TERM INT
  rm -f "$dir/supervisor"
  if [ -n "$child" ]; then
    kill -TERM "$child"
    (while sleep 1; do kill -TERM "$child"; done) 2>/dev/null &
    again=$!
    wait "$child"
    status=$?
    kill -KILL "$again"
    say exited "$number $status"
  fi
  exit 0
}
trap end TERM INT
mkdir -p "$dir"
rm -f "$dir/start"
say supervisor "$$
$("$@" -h 2>&1)"
while :; do
  if [ -e "$dir/start" ] && mv -f "$dir/start" "$dir/taken"; then
    read -r number agent conf <"$dir/taken"
    if kill -0 "$agent" 2>/dev/null; then
      : >"$dir/log"
      "$@" -c "$conf" >>"$dir/log" 2>&1 &
      child=$!
      say running "$number $child"
      wait "$child"
      status=$?
      child=
      say exited "$number $status"
    fi
  fi
  sleep 0.1
done
`;
