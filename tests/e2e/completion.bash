# completion.bash - what the completion script answers: bash completion.bash SCRIPT
# shellcheck source=/dev/null
source "$1"
cd "$(dirname "$1")" || exit 1
: >'a file.csv'

# answers WANTED WORD... - the words so far, the last one unfinished
answers()
{
    local want=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _sonde
    local got="${COMPREPLY[*]}"
    if [[ $got != "$want" ]]; then
        echo "completion of '$*': '$got' instead of '$want'"
        exit 1
    fi
}

answers 'check' sonde ch
answers 'help' sonde he
answers '--bash-completion' sonde help --ba
answers '--verbose' sonde --verb
answers 'config' sonde help conf
answers 'check' sonde help che
answers 'show' sonde sessions sh
answers '--min-anomalies' sonde sessions list --min
answers '--min-anomalies' sonde sessions --min
answers '--note' sonde sessions label --not
answers 'last' sonde sessions show la
answers 'a file.csv' sonde help --config a
answers 'a file.csv' sonde help --config = a
answers 'full' sonde check --mode fu
answers 'full' sonde check --mode = fu
answers '' sonde check --duration ''
answers '' sonde nonsense x
