# Completion of vtc(1) for bash.

_vtc_files() {
    local ending
    for ending; do
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!*$ending" -- "$cur")
    done
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
    compopt -o filenames 2>/dev/null
}

_vtc() {
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} commands='compress decompress query shell info export tail recover compact merge
        record symbolize verify help'
    local writing='-c -f -k -o -q -v -T --stdout --force --keep --rm --output --quiet --verbose
        --threads --memory --help'
    local reading='-q -v -T --quiet --verbose --threads --memory --help'
    local words=
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
        return
    fi
    case $previous in
    -o | --output)
        _vtc_files ''
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'table csv json ndjson' -- "$cur")
        return
        ;;
    --keep-age)
        mapfile -t COMPREPLY < <(compgen -W '1h 12h 1d 7d 30d' -- "$cur")
        return
        ;;
    --keep-size)
        mapfile -t COMPREPLY < <(compgen -W '100M 1G 10G 100G' -- "$cur")
        return
        ;;
    --timeout)
        mapfile -t COMPREPLY < <(compgen -W '1s 10s 1m' -- "$cur")
        return
        ;;
    --limit)
        mapfile -t COMPREPLY < <(compgen -W '10 100 1000 all' -- "$cur")
        return
        ;;
    --watch)
        mapfile -t COMPREPLY < <(compgen -W '10s 1m 10m' -- "$cur")
        return
        ;;
    --to)
        mapfile -t COMPREPLY < <(compgen -W 'chrome sqlite' -- "$cur")
        return
        ;;
    --debug-dir)
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        compopt -o filenames 2>/dev/null
        return
        ;;
    --depth | --min-duration | --max-size | --include | --exclude) return ;;
    --memory)
        mapfile -t COMPREPLY < <(compgen -W '128M 256M 512M 1G 2G 4G' -- "$cur")
        return
        ;;
    -T | --threads)
        mapfile -t COMPREPLY < <(compgen -W "$(seq 0 "$(nproc 2>/dev/null || echo 4)")" -- "$cur")
        return
        ;;
    --level)
        mapfile -t COMPREPLY < <(compgen -W "$(seq 1 19)" -- "$cur")
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        case $command in
        compress) words="$writing --level $(seq -s ' ' -f '-%g' 1 19)" ;;
        decompress) words=$writing ;;
        info) words="$reading --json" ;;
        verify) words=$reading ;;
        query | shell) words="$reading --format --raw --limit --timeout" ;;
        export) words="$reading --to --tables --since --until -c -f -o --stdout --force --output" ;;
        tail) words="$reading -n --rows --format" ;;
        record)
            words="-o -f -q -v --output --force --quiet --verbose --help --depth --min-duration
                --include --exclude --max-size --flight --debug-dir --no-symbols"
            ;;
        symbolize) words='-q -v --quiet --verbose --help --debug-dir' ;;
        recover)
            words="$reading -c -f -o --stdout --force --output --level
                $(seq -s ' ' -f '-%g' 1 19)"
            ;;
        compact)
            words="$reading -f -o --force --output --keep-age --keep-size --watch
                --level $(seq -s ' ' -f '-%g' 1 19)"
            ;;
        merge)
            words="$reading -f -o --force --output --level
                $(seq -s ' ' -f '-%g' 1 19)"
            ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
        return
    fi
    case $command in
    help) mapfile -t COMPREPLY < <(compgen -W "${commands% help}" -- "$cur") ;;
    compress) _vtc_files .json .json.gz .json.zst ;;
    query)
        if [[ $previous == *.vtc ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'slowest top count histogram calls tree timeline gaps
                counters async flows threads stats' -- "$cur")
        else
            _vtc_files .vtc
        fi
        ;;
    record)
        mapfile -t COMPREPLY < <(compgen -A command -A file -- "$cur")
        compopt -o filenames 2>/dev/null
        ;;
    decompress | info | verify | export | tail | recover | compact | merge | symbolize) _vtc_files .vtc ;;
    esac
}

complete -F _vtc vtc
