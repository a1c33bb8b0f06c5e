# The man page, the completion and the help texts name the same options and exit codes.
. "$(dirname "$0")/support/lib.sh"

tools=$source_dir/tools
commands='compress decompress info verify query'

options_of() { # COMMAND: long and short options of its help
    "$VTC" "$1" --help | grep -Eo '^ +(-[a-zA-Z], )?--[a-z]+|^  -[a-zA-Z]|or --[a-z]+|also --[a-z]+' |
        grep -Eo -- '--?[a-zA-Z]+' | sort -u
}

begin 'the man page names every option'
for command in $commands; do
    for option in $(options_of $command); do
        # mdoc writes -f, --force as "Fl f , -force".
        grep -Eq "^\.It Fl (.* )?${option#-}( |$)" "$tools/vtc.1" || fail "$command $option"
    done
done

begin 'the man page can be read'
if command -v groff >/dev/null; then
    groff -mandoc -Tutf8 -ww "$tools/vtc.1" >page 2>warnings
    [ -s page ] || fail 'it is empty'
    [ -s warnings ] && fail "$(cat warnings)"
else
    skip 'there is no groff'
fi

begin 'exit codes'
for code in 0 1 2 3 4 5 6 7; do
    grep -q "^\.It $code$" "$tools/vtc.1" || fail "$code is not in the man page"
    "$VTC" --help | grep -Eq "(^|[ :])$code [a-z]" || fail "$code is not in vtc --help"
done

# shellcheck source=/dev/null
. "$tools/vtc.bash"

complete_words() { # WORD...: what could stand for the last one
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _vtc 2>/dev/null
    printf '%s\n' "${COMPREPLY[@]}"
}

begin 'the completion offers every command'
complete_words vtc '' >offered
for command in $commands help; do
    grep -qx "$command" offered || fail "$command"
done

begin 'the completion offers every option'
for command in $commands; do
    complete_words vtc $command - >offered
    for option in $(options_of $command); do
        [ "$option" = -h ] && continue
        grep -qx -- "$option" offered || fail "$command $option"
    done
    # And nothing that the command does not know.
    while read -r option; do
        case $option in
        -[oT] | --output | --threads | --memory | --level | --format | --limit | --timeout)
            continue
            ;;
        esac
        run $command "$option" --help
        expect_code 0
    done <offered
done

begin 'the completion offers files by their names'
mkdir sub
touch a.json b.json.gz c.json.zst d.vtc e.txt
complete_words vtc compress '' | sort | tr '\n' ' ' >offered
[ "$(cat offered)" = 'a.json b.json.gz c.json.zst sub ' ] || fail "compress: $(cat offered)"
complete_words vtc decompress '' | sort | tr '\n' ' ' >offered
[ "$(cat offered)" = 'd.vtc sub ' ] || fail "decompress: $(cat offered)"
complete_words vtc query d.vtc sl >offered
[ "$(cat offered)" = slowest ] || fail "query: $(cat offered)"
complete_words vtc query --format '' | tr '\n' ' ' >offered
[ "$(cat offered)" = 'table csv json ndjson ' ] || fail "--format: $(cat offered)"
