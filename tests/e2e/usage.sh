#!/bin/sh
# The command line and the configuration as a user meets them: each mistake ends with its exit status
# and one message that names the thing and what to do.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
export HOME="$tmp" XDG_CONFIG_HOME="$tmp/xdg"
mkdir -p "$XDG_CONFIG_HOME/sonde"

expect 0 '' "$sonde" --version
expect 0 '' "$sonde" --help
expect 0 '' "$sonde" -h
expect 0 '' "$sonde" help --help
expect 2 "sonde: there is no command 'hlep'; did you mean help? See \`sonde help\`." "$sonde" hlep
expect 2 "sonde: there is no command ''. See \`sonde help\`." "$sonde" ''
expect 2 "sonde: there is no command 'x?y'. See \`sonde help\`." "$sonde" "$(printf 'x\033y')"
expect 2 "sonde: help: there is no command 'confg'*" "$sonde" help confg
expect 2 'sonde: help: unknown option --mna; did you mean --man? See `sonde help help`.' "$sonde" help --mna
expect 2 "sonde: help: one word too many: 'b'*" "$sonde" help config b
expect 2 "sonde: check: --duration: 'abc' is not a duration; write it like 90, 90s, 1.5m or 2h. See *" \
    "$sonde" --duration abc
expect 2 "sonde: check: --interval: '0' is out of range; give 0.1 to 3600*" "$sonde" --interval 0
expect 2 'sonde: check: unknown option --duraton; did you mean --duration? See `sonde help check`.' \
    "$sonde" check --duraton 5
expect 2 'sonde: check: --mode collect would keep nothing; add --archive, --save-data, *' "$sonde" check --mode collect

# Globs select, as words and as an option; one that matches nothing is an error, whatever the others do.
ids()
{
    sed 1d "$tmp/out" | cut -d ' ' -f 1 | sort | tr '\n' ' '
}
expect 0 '' "$sonde" metrics cpu.util 'memory.t?tal'
[ "$(ids)" = 'cpu.util memory.total ' ] || fail "metrics by words: $(ids)"
expect 0 '' "$sonde" metrics --metrics cpu.util memory.total
[ "$(ids)" = 'cpu.util memory.total ' ] || fail "metrics by word and option: $(ids)"
expect 2 "sonde: metrics: 'cpu.nil' matches no metric here; \`sonde metrics\` lists them all" \
    "$sonde" metrics cpu.util cpu.nil
expect 2 "sonde: metrics: ',' holds no glob" "$sonde" metrics ,
# Of a machine whose fs.file-max is 2^63 - 1, as systemd sets it, too.
server=$(dirname "$0")/../fixtures/server-128cpu
for machine in / "$server"; do
    expect 0 '' "$sonde" metrics --root "$machine"
    awk 'length > 80 && $2 != "" { print; bad = 1 } END { exit bad }' "$tmp/out" ||
        fail "metrics of $machine: wider than 80 columns"
done
grep -q '^kernel.files.limit  *9.22e+18 ' "$tmp/out" || fail 'metrics: a limit that means none is not told shortly'

expect 0 '' "$sonde" doctor
says '*
  sonde-terminal  [oa]*'
awk 'length > 80 { print; bad = 1 } END { exit bad }' "$tmp/out" || fail 'doctor: wider than 80 columns'

# A reader that stops early is no error, a full disk is.
expect 0 '' sh -c "'$sonde' help config | true"
[ ! -c /dev/full ] || expect 1 'sonde: cannot write to standard output (No space left on device)' \
    sh -c "'$sonde' help >/dev/full"

# Times of the archive where nothing of it is looked at.
expect 2 'sonde: check: --from is a time of the archive, and this looks at the machine now; *: sonde analyze --from*' \
    "$sonde" check --from -2h
expect 2 'sonde: check: --to is a time of the archive*' "$sonde" --to -1h --mode monitor
expect 2 'sonde: check: --from is a time of the archive*' "$sonde" check --list-sessions --from -2h
expect 2 'sonde: check: --from is a time of the archive, and ./x.csv is a file*sonde import*' \
    "$sonde" check --mode analyze ./x.csv --from -2h
expect 2 'sonde: analyze: --to is a time of the archive, and ./x.csv is a file*' "$sonde" analyze ./x.csv --to -1h
expect 2 'sonde: analyze: --from is a time of the archive*' "$sonde" analyze --replay x --from -1h
expect 1 '*nothing is recorded*' "$sonde" check --mode analyze --from -2h --data "$tmp/none"

# Help does not need a configuration that can be read; everything else does.
file=$XDG_CONFIG_HOME/sonde/sonde.yaml
printf 'genral:\n  x: 1\ngeneral:\n\tlogging_interval: 1\n' >"$file"
expect 0 '' "$sonde" help config
expect 2 "sonde: $file:1:1: unknown key 'genral'; did you mean general?
sonde: $file:4:1: *tabs*" "$sonde" metrics
printf 'cloud:\n  enabled: true\n' >"$file"
expect 0 "sonde: $file:2: cloud.enabled: this version uploads nothing*" "$sonde" metrics
expect 0 '' "$sonde" metrics --quiet
printf 'adapters:\n  disabled: [laod]\n' >"$file"
expect 2 "sonde: adapters.disabled: there is no adapter 'laod'; did you mean load?" "$sonde" metrics
rm "$file"
expect 2 "sonde: cannot read the configuration $tmp/none (No such file or directory)" \
    "$sonde" metrics --config "$tmp/none"
expect 2 "sonde: cannot read the configuration $tmp (Is a directory)" "$sonde" metrics --config "$tmp"
"$sonde" help --example-config >"$file"
expect 0 '' "$sonde" metrics --config "$file"

echo "$cases command lines"
