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
complete -c cosput -n "__fish_cosput_needs_command" -f -a "upload" -d 'Upload files and directories; go on where an earlier upload stopped'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "resume" -d 'Finish interrupted uploads from their journals'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "list-uploads" -d 'List the unfinished uploads in a bucket'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "list-parts" -d 'List the parts of an unfinished upload'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "abort" -d 'Abort unfinished uploads, with their parts'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "verify" -d 'Compare a file with an object'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "credentials" -d 'Show which credentials are used'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "emulator" -d 'Run a COS server on this machine, with its objects in a directory'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "man" -d 'Write the man pages into a directory'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l include -d 'Upload only what matches, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l exclude -d 'Leave out what matches, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l files-from -d 'Upload the paths in a list, - for stdin' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l skip-unchanged -d 'Send nothing where the object is the same' -r -f -a "crc64\t'Same size, same CRC-64'
mtime\t'Same size, same time of modification'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l key -d 'Key of the object [the file\'s name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l prefix -d 'What the keys of several files begin with' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l service -d 'cos, or cdcs for a data coffer [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l part-size -d 'Size of a part, 1MiB to 5GiB [by file]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l multipart-threshold -d 'Largest file sent in one piece [16MiB]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l checksum -d 'crc64, or md5 in addition [crc64]' -r -f -a "crc64\t'The server\'s CRC-64'
md5\t'Content-MD5 in addition'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l traffic-limit -d 'The server\'s speed limit, per request' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l limit-rate -d 'Speed limit of all requests together' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-type -d 'Type of the content [by its name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l cache-control -d 'How caches may keep it, like max-age=60' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-disposition -d 'How browsers show it, like attachment' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-encoding -d 'How the file is encoded, like gzip' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-language -d 'Language of the content, like zh-CN' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expires -d 'Until when caches may keep it' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l meta -d 'Metadata, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l acl -d 'Who may do what, like public-read' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-read -d 'Who may read it, like id="100000000001"' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-write -d 'Who may write it' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-full-control -d 'Who may do everything with it' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-read-acp -d 'Who may read who may do what' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-write-acp -d 'Who may change who may do what' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l storage-class -d 'STANDARD_IA, ARCHIVE and others' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l tag -d 'Tag, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse -d 'AES256 or cos/kms [as the bucket says]' -r -f -a "AES256\t'Keys of COS'
cos/kms\t'A key in KMS'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-kms-key-id -d 'Key in KMS [the one that COS makes]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-kms-context -d 'What KMS is told besides, JSON' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-c-key-file -d 'Key of your own, for SSE-C' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l memory -d 'Most of stdin that is held in memory [256MiB]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expect-size -d 'Size that stdin is to have' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expect-crc64 -d 'CRC-64 that stdin is to have' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l journal -d 'Journal of this upload' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l resume-upload-id -d 'Go on with this unfinished upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l progress -d 'Show progress: auto, always or never [auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
always\t'Even with --json or --quiet'
never\t'No progress'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s r -l recursive -d 'Upload directories with all they hold'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l follow-symlinks -d 'Upload what links below a directory lead to'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s 0 -l null -d 'Paths in the list end in a NUL, as of find -print0'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l fail-fast -d 'Stop at the first file that fails'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l publish-together -d 'Complete objects only once all of them are sent'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l internal -d 'Use the domain inside Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-overwrite -d 'Refuse a key that is taken'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l allow-empty -d 'Make an empty object where stdin is empty'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-resume -d 'Start anew, whatever a journal says'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l abort-on-failure -d 'Leave no parts on the server'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s n -l dry-run -d 'Print what would be sent, send nothing'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l endpoint -d 'Address of the service, if not the journal\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l limit-rate -d 'Speed limit of all requests together' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l traffic-limit -d 'The server\'s speed limit, per request' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l sse-c-key-file -d 'Key of your own, for SSE-C' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l progress -d 'Show progress: auto, always or never [auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
always\t'Even with --json or --quiet'
never\t'No progress'"
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l prefix -d 'Only keys that begin like this' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l service -d 'cos, or cdcs for a data coffer [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l internal -d 'Use the domain inside Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l key -d 'Key of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l upload-id -d 'Id of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l service -d 'cos, or cdcs for a data coffer [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l internal -d 'Use the domain inside Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l key -d 'Key of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l upload-id -d 'Id of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l prefix -d 'All whose keys begin like this' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l older-than -d 'All that began longer ago' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l state-dir -d 'Directory of the journals' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l service -d 'cos, or cdcs for a data coffer [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l all -d 'All in the bucket'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s y -l yes -d 'Do not ask first'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l internal -d 'Use the domain inside Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l key -d 'Key of the object [the file\'s name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l sse-c-key-file -d 'Key of your own, for SSE-C' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s b -l bucket -d 'Bucket, with its APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l region -d 'Region, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l endpoint -d 'Address of the service, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l service -d 'cos, or cdcs for a data coffer [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l addressing -d 'auto, virtual, path or cname [auto]' -r -f -a "auto\t'What fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l emulator -d 'Use a server of its own, here' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l ca-bundle -d 'Certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l max-attempts -d 'Attempts for each request [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l retry-time -d 'Longest time of being asked for less [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l log-file -d 'Append all messages to a file as well' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l internal -d 'Use the domain inside Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l no-backup-domain -d 'Never go to the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s v -l verbose -d 'Show each part, each retry and the source of the credentials'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l profile -d 'Profile of the configuration [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l dir -d 'Directory of the objects' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l listen -d 'Address to listen on [127.0.0.1:9460]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l service -d 'cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l fault -d 'Fault to suffer, can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l buckets -d 'Buckets that exist [any]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l cdcs-xml -d 'Speak the older edition of CDCS, in XML'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l json -d 'Print results as JSON, one object a line'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand completions" -s h -l help -d 'Print help'
complete -c cosput -n "__fish_cosput_using_subcommand man" -s h -l help -d 'Print help'
