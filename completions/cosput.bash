# Completions of cosput for bash. The program itself says what fits.
_cosput() {
    local kind line program="${1/#\~/$HOME}"
    COMPREPLY=()
    {
        IFS= read -r kind
        while IFS= read -r line; do
            COMPREPLY+=("${line%%$'\t'*}")
        done
    } < <("$program" complete-word "$((COMP_CWORD - 1))" -- "${COMP_WORDS[@]:1}" 2>/dev/null)
    # Without a reply, readline completes paths. compopt is missing in bash 3, which then completes paths everywhere.
    if type compopt &>/dev/null; then
        case $kind in
            files) compopt -o bashdefault -o default ;;
            directories) compopt +o bashdefault +o default -o dirnames ;;
            *) compopt +o bashdefault +o default ;;
        esac
    fi
}

complete -o bashdefault -o default -F _cosput cosput
