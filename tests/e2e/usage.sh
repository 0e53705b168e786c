#!/bin/sh
# The command line and the configuration as a user meets them: each mistake ends with its exit status
# and one message that names the thing and what to do.
. "$(dirname "$0")/lib.sh"

sonde=$1/sonde
export HOME="$tmp" XDG_CONFIG_HOME="$tmp/xdg"
mkdir -p "$XDG_CONFIG_HOME/sonde"
cases=0

# expect STATUS 'GLOB of standard error' COMMAND...
expect()
{
    want=$1 glob=$2
    shift 2
    rc=0
    "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
    text=$(cat "$tmp/err")
    [ $rc -eq "$want" ] || fail "exit $rc instead of $want: $*: $text"
    case $text in
    $glob) cases=$((cases + 1)) ;;
    *) fail "said otherwise than '$glob': $*: $text" ;;
    esac
}

expect 0 '' "$sonde" --version
expect 0 '' "$sonde" --help
expect 0 '' "$sonde" -h
expect 0 '' "$sonde" help --help
expect 2 "sonde: there is no command 'hlep'; did you mean help? See \`sonde help\`." "$sonde" hlep
expect 2 "sonde: there is no command ''. See \`sonde help\`." "$sonde" ''
expect 2 "sonde: there is no command 'a?b'. See \`sonde help\`." "$sonde" "$(printf 'a\033b')"
expect 2 "sonde: help: there is no command 'confg'*" "$sonde" help confg
expect 2 'sonde: help: unknown option --mna; did you mean --man? See `sonde help help`.' "$sonde" help --mna
expect 2 "sonde: help: one word too many: 'b'*" "$sonde" help config b

# A reader that stops early is no error, a full disk is.
expect 0 '' sh -c "'$sonde' help config | true"
[ ! -c /dev/full ] || expect 1 'sonde: cannot write to standard output (No space left on device)' \
    sh -c "'$sonde' help >/dev/full"

# Help does not need a configuration that can be read.
printf 'genral:\n\tx: 1\n' >"$XDG_CONFIG_HOME/sonde/sonde.yaml"
expect 0 '' "$sonde" help config

echo "$cases command lines"
