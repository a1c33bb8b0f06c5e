# Every command on every file that it cannot read as a whole: the message with file, place and what was
# expected there, the exit code, no output that looks whole, nothing left behind, the file untouched.
# ctest: timeout 400
# shellcheck shell=bash source-path=SCRIPTDIR
. "$(dirname "$0")/support/lib.sh"
. "$source_dir/tests/cli/support/commands.sh"

make_trace trace.json
"$VTC" compress -q trace.json -o good.vtc || exit 1
vector live-args live.vtc
size=$(stat -c %s good.vtc)

# Each kind is a file x.vtc in a directory of its own.
kind() { # NAME [FILE]
    mkdir "$1"
    [ $# = 1 ] || cp "$2" "$1/x.vtc"
}
kind missing
kind not-a-directory trace.json
kind directory
mkdir directory/x.vtc
kind fifo
mkfifo fifo/x.vtc
kind empty /dev/null
echo hello >hello
kind text hello
head -c 12 good.vtc >part
kind header part
newer good.vtc part
kind newer part
head -c $((size / 2)) good.vtc >part
kind truncated part
cp good.vtc part
flip part 150
kind flipped part
newer live.vtc part
kind live-newer part
head -c 40 live.vtc >part
kind live-header part
cp live.vtc part
flip part 40
kind live-session part
cp live.vtc part
flip part 8200
kind live-page part
kind no-permission good.vtc
chmod 777 . no-permission
chmod 000 no-permission/x.vtc

# kind; commands, * for all that no earlier line names; code; what is left or printed, - for nothing;
# message (numbers of three digits and more are #, checksums H).
cat >table <<'END_TABLE'
missing; *; 5; -; No such file or directory
not-a-directory; *; 5; -; Not a directory
no-permission; *; 5; -; Permission denied
directory; *; 2; -; expected a file, found a directory
fifo; compact compact-o merge symbolize; 2; -; expected a regular file, found a FIFO
fifo; *; 2; -; expected a regular file, found a FIFO; a pipe is read as '-'
empty; compress; 2; -; line 1, column 1 (byte 0): expected `{` or `[`, found the end
empty; *; 2; -; byte 0: expected a vtc file, found an empty one [HDR-1]
text; compress; 2; -; line 1, column 1 (byte 0): expected `{` or `[`, found `hello`
text; *; 2; -; byte 0: expected the magic of a vtc file, found 68 65 6c 6c 6f 0a [HDR-1]
header; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
header; *; 3; -; byte 0: expected a header of 32 bytes, found 12 [HDR-1]
newer; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
newer; *; 4; -; byte 8: expected format version 1, found 2.0: a newer vtc is needed [HDR-3]
live-newer; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
live-newer; *; 4; -; byte 8: expected format version 1, found 2.0: a newer vtc is needed [HDR-3]
live-header; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
live-header; *; 3; -; byte 40: expected a page of # bytes, found 40 [LIV-2]
live-session; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
live-session; *; 3; -; byte #: expected checksum H of the session, found H [LIV-3]
truncated; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
truncated; tail; 2; -; byte 0: expected a live file, found another
truncated; symbolize; 2; -; is no live file: its names are what they are
truncated; decompress-c export-c info info-json; 3; printed; byte #: expected a whole frame, found the end of the file at # [FRM-1]
truncated; recover; 0; x.recovered.vtc; byte #: expected a whole frame, found the end of the file at # [FRM-1]
truncated; recover-c; 0; printed; byte #: expected a whole frame, found the end of the file at # [FRM-1]
truncated; merge; 3; out.vtc; byte #: expected a whole frame, found the end of the file at # [FRM-1]
truncated; *; 3; -; byte #: expected a whole frame, found the end of the file at # [FRM-1]
flipped; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
flipped; tail; 2; -; byte 0: expected a live file, found another
flipped; symbolize; 2; -; is no live file: its names are what they are
flipped; query; 3; -; byte 83: the block at # needs definitions that are damaged: expected checksum H of the frame's payload, found H [FRM-3]
flipped; decompress-c export-c info info-json; 3; printed; byte 83: expected checksum H of the frame's payload, found H [FRM-3]
flipped; recover; 0; x.recovered.vtc; byte 83: expected checksum H of the frame's payload, found H [FRM-3]
flipped; recover-c; 0; printed; byte 83: expected checksum H of the frame's payload, found H [FRM-3]
flipped; merge; 3; out.vtc; byte 83: expected checksum H of the frame's payload, found H [FRM-3]
flipped; *; 3; -; byte 83: expected checksum H of the frame's payload, found H [FRM-3]
live-page; compress; 2; -; byte 0: expected the text of a trace, found a vtc file
live-page; info info-json; 3; printed; byte #: expected checksum H of a page's header, found H [LIV-5]
live-page; verify; 3; -; byte #: expected checksum H of a page's header, found H [LIV-5]
live-page; recover; 0; x.recovered.vtc; byte #: expected checksum H of a page's header, found H [LIV-5]
live-page; recover-c; 0; printed; byte #: expected checksum H of a page's header, found H [LIV-5]
live-page; merge; 3; out.vtc; byte #: expected checksum H of a page's header, found H [LIV-5]
live-page; compact; 0; replaced; warning: 1 pages are missing or damaged
live-page; compact-o; 0; out.vtc; warning: 1 pages are missing or damaged
live-page; export decompress; 0; x.json; warning: 1 pages are missing or damaged
live-page; export-c decompress-c; 0; printed; warning: 1 pages are missing or damaged
live-page; symbolize; 0; printed;
live-page; *; 0; -; warning: 1 pages are missing or damaged
END_TABLE

# What the table says of a kind and a command: in `wanted`, `left` and `message`.
look_up() { # KIND COMMAND
    local kind names
    while IFS=';' read -r kind names wanted left message; do
        if [ "$kind" = "$1" ] && [[ $names = ' *' || "$names " = *" $2 "* ]]; then
            wanted=${wanted# } left=${left# } message=${message# }
            return
        fi
    done <"$WORK/table"
    fail 'the table does not say what comes of it'
}

# Left as it was: nothing beside the file, and that the same to the byte, the time and the inode.
state() {
    stat -c '%i %s %y' x.vtc 2>&1
    ls -A
}

check() { # KIND COMMAND
    local wanted left message file=x.vtc before
    look_up "$1" "$2"
    [ "$1" = not-a-directory ] && file=x.vtc/y.vtc
    before=$(state)
    arguments_of "$2" "$file"
    if [ "$1" = no-permission ] && can_be_nobody; then
        run_as_nobody "${arguments[@]}"
    else
        run "${arguments[@]}"
    fi
    expect_code "$wanted"
    case $left in
    printed) [ -s .out ] || fail 'nothing was printed' ;;
    *) [ ! -s .out ] || [ "$2" = info-json ] || fail 'something was printed' ;;
    esac
    [ -z "$message" ] || sed -E 's/\b[0-9a-f]{16}\b/H/g; s/\b[0-9]{3,}\b/#/g' .err |
        grep -qFx "vtc: $file: $message" || {
        fail "expected: $message"
        sed 's/^/    /' .err
    }
    rm -f .out .err
    case $left in
    *.*)
        [ -f "$left" ] || fail "there is no $left"
        rm -f "$left"
        ;;
    replaced) before=$(state) ;;
    esac
    [ "$(state)" = "$before" ] || fail "left behind or changed: $(ls -lA)"
    [ ! -f x.vtc ] || [ "$left" = replaced ] || expect_same x.vtc "$WORK/kept/x.vtc"
}

for kind in $(cut -d';' -f1 table | uniq); do
    if [ "$kind" = no-permission ] && [ "$(id -u)" = 0 ] && ! can_be_nobody; then
        skip 'no permission: root may read all, and there is no setpriv'
        continue
    fi
    rm -rf kept
    mkdir kept
    [ ! -f "$kind/x.vtc" ] || cp "$kind/x.vtc" kept 2>/dev/null || chmod 600 kept/x.vtc
    for command in $readers; do
        begin "$command: $kind"
        cd "$kind" || exit 1
        check "$kind" "$command"
        cd ..
        [ "$kind/$command" != live-page/compact ] || cp kept/x.vtc "$kind/x.vtc"
    done
done
