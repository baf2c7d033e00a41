# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_cosput_global_optspecs
    string join \n h/help V/version
end

function __fish_cosput_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_cosput_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_cosput_using_subcommand
    set -l cmd (__fish_cosput_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c cosput -n "__fish_cosput_needs_command" -s h -l help -d 'Print help'
complete -c cosput -n "__fish_cosput_needs_command" -s V -l version -d 'Print version'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "upload" -d 'Upload a file; go on where an earlier upload of it stopped'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "resume" -d 'Finish interrupted uploads from their journals'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "emulator" -d 'Run a COS server on this machine, with its objects in a directory'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "man" -d 'Write the man pages into a directory'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l key -d 'Key of the object [the file\'s name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l emulator -d 'Upload to a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l part-size -d 'Size of a part, 1MiB to 5GiB [by file]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l multipart-threshold -d 'Largest file sent in one piece [16MiB]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l checksum -d 'crc64, or md5 in addition [crc64]' -r -f -a "crc64\t'The server\'s CRC-64'
md5\t'Content-MD5 in addition'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l journal -d 'Journal of this upload' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l progress -d 'auto, always or never [auto]' -r -f -a "auto\t'Where it helps'
always\t'Even with --json or --quiet'
never\t'Not at all'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-resume -d 'Start anew, whatever a journal says'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l abort-on-failure -d 'Leave no parts on the server'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s n -l dry-run -d 'Print what would be sent, send nothing'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s v -l verbose -d 'Show every part and every retry'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l endpoint -d 'Address of the service, if not the journal\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l emulator -d 'Upload to a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l progress -d 'auto, always or never [auto]' -r -f -a "auto\t'Where it helps'
always\t'Even with --json or --quiet'
never\t'Not at all'"
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s v -l verbose -d 'Show every part and every retry'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l dir -d 'Directory of the objects' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l listen -d 'Address to listen on [127.0.0.1:9460]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l fault -d 'Fault to suffer, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l buckets -d 'Buckets that exist [any]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand completions" -s h -l help -d 'Print help'
complete -c cosput -n "__fish_cosput_using_subcommand man" -s h -l help -d 'Print help'
