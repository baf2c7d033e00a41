# Completions of cosput for fish. The program itself says what fits.
function __cosput_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $before[1])
    set -e before[1]
    set -l answer ($program complete-word (count $before) -- $before $current 2>/dev/null)
    set -l kind $answer[1]
    set -e answer[1]
    if test (count $answer) -gt 0
        printf '%s\n' $answer
    end
    set -l option (string match -r -- '^--[^=]*=' $current)
    set -l path (string replace -r -- '^--[^=]*=' '' $current)
    switch "$kind"
        case files
            for found in (__fish_complete_path $path)
                printf '%s%s\n' "$option" $found
            end
        case directories
            for found in (__fish_complete_directories $path)
                printf '%s%s\n' "$option" $found
            end
    end
end

complete -c cosput -f -a '(__cosput_complete)'
