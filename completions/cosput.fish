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
complete -c cosput -n "__fish_cosput_needs_command" -f -a "upload" -d 'Upload files and directories, or resume their upload'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "resume" -d 'Finish interrupted uploads from their journals'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "list-uploads" -d 'List unfinished uploads in a bucket'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "list-parts" -d 'List the parts of an unfinished upload'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "abort" -d 'Abort unfinished uploads and delete their parts'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "verify" -d 'Compare a file with an object on the server'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "credentials" -d 'Show which credentials cosput uses'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "emulator" -d 'Run a COS server on this machine for tests'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "completions" -d 'Print shell completions'
complete -c cosput -n "__fish_cosput_needs_command" -f -a "man" -d 'Write the man pages to a directory'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l include -d 'Upload only matching files; can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l exclude -d 'Skip matching files; can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l files-from -d 'Upload the paths listed in a file, - for stdin' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l skip-unchanged -d 'Skip files whose object is the same' -r -f -a "crc64\t'Same size, same CRC-64'
mtime\t'Same size, same time of modification'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s b -l bucket -d 'Bucket name with APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l key -d 'Object key [file name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l prefix -d 'Key prefix for several files' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l region -d 'Region of the bucket, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l endpoint -d 'URL of the server, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l addressing -d 'Bucket in URLs: auto, virtual, path or cname [auto]' -r -f -a "auto\t'The style that fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l part-size -d 'Part size, 1MiB to 5GiB [by file size]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l multipart-threshold -d 'Largest file sent in one request [by file size]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l checksum -d 'Proof of the bytes: crc64, or md5 in addition [crc64]' -r -f -a "crc64\t'The server\'s CRC-64'
md5\t'Content-MD5 in addition'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l traffic-limit -d 'Speed limit per request, kept by the server' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l limit-rate -d 'Speed limit of all requests together' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-type -d 'Content-Type header [by extension]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l cache-control -d 'Cache-Control header, like max-age=60' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-disposition -d 'Content-Disposition header, like attachment' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-encoding -d 'Content-Encoding header, like gzip' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l content-language -d 'Content-Language header, like zh-CN' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expires -d 'Expires header: end of caching' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l acl -d 'Access control list, like public-read' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-read -d 'Accounts that may read the object' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-write -d 'Accounts that may write the object' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-full-control -d 'Accounts with all permissions on the object' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-read-acp -d 'Accounts that may read the object\'s ACL' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l grant-write-acp -d 'Accounts that may change the object\'s ACL' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l storage-class -d 'Storage class [STANDARD]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l website-redirect-location -d 'Redirect for visitors of a static website' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l meta -d 'User metadata; can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l tag -d 'Tag of the object; can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse -d 'Server-side encryption: AES256 or cos/kms' -r -f -a "AES256\t'Keys of COS'
cos/kms\t'A key in KMS'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-kms-key-id -d 'ID of the KMS key' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-kms-context -d 'KMS encryption context, as a JSON object' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l sse-c-key-file -d 'File with your own encryption key (SSE-C)' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l memory -d 'Most of stdin that is kept in memory [256MiB]' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expect-size -d 'Size that stdin must have' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l expect-crc64 -d 'CRC-64 that stdin must have' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l journal -d 'Journal file of this upload' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l state-dir -d 'Directory of the journals' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l resume-upload-id -d 'Resume the unfinished upload with this ID' -r
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l progress -d 'When to show progress: auto, always, never [auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
always\t'Even with --json or --quiet'
never\t'No progress'"
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s r -l recursive -d 'Upload directories recursively'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l follow-symlinks -d 'Follow symbolic links below directories'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s 0 -l null -d 'Paths in the list end with NUL'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l fail-fast -d 'Stop at the first file that fails'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l publish-together -d 'Complete objects only after all files are sent'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l internal -d 'Use the internal domain of Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-overwrite -d 'Fail if the key exists'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l allow-empty -d 'Accept an empty stdin, or no file to upload'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l no-resume -d 'Start over instead of resuming'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l abort-on-failure -d 'Abort a failed upload and delete its parts'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s n -l dry-run -d 'Show what would be uploaded, send nothing'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l endpoint -d 'URL of the server, if not the journal\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l state-dir -d 'Directory of the journals' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l limit-rate -d 'Speed limit of all requests together' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l traffic-limit -d 'Speed limit per request, kept by the server' -r
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l sse-c-key-file -d 'File with your own encryption key (SSE-C)' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l progress -d 'When to show progress: auto, always, never [auto]' -r -f -a "auto\t'A bar on a terminal, lines elsewhere'
always\t'Even with --json or --quiet'
never\t'No progress'"
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l prefix -d 'List only keys with this prefix' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l state-dir -d 'Directory of the journals' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s b -l bucket -d 'Bucket name with APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l region -d 'Region of the bucket, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l endpoint -d 'URL of the server, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l addressing -d 'Bucket in URLs: auto, virtual, path or cname [auto]' -r -f -a "auto\t'The style that fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l internal -d 'Use the internal domain of Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand list-uploads" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l key -d 'Key of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l upload-id -d 'ID of the upload' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s b -l bucket -d 'Bucket name with APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l region -d 'Region of the bucket, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l endpoint -d 'URL of the server, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l addressing -d 'Bucket in URLs: auto, virtual, path or cname [auto]' -r -f -a "auto\t'The style that fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l internal -d 'Use the internal domain of Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand list-parts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l key -d 'Key of the upload to abort' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l upload-id -d 'ID of the upload to abort' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l journal -d 'Abort the upload of this journal, and delete the journal' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l prefix -d 'Abort all uploads whose keys have this prefix' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l older-than -d 'Abort all uploads that are older than this' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l state-dir -d 'Directory of the journals' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s b -l bucket -d 'Bucket name with APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l region -d 'Region of the bucket, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l endpoint -d 'URL of the server, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l addressing -d 'Bucket in URLs: auto, virtual, path or cname [auto]' -r -f -a "auto\t'The style that fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l all -d 'Abort all uploads in the bucket'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s y -l yes -d 'Do not ask for confirmation'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l internal -d 'Use the internal domain of Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand abort" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l key -d 'Object key [file name]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l sse-c-key-file -d 'File with your own encryption key (SSE-C)' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s b -l bucket -d 'Bucket name with APPID' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l region -d 'Region of the bucket, like ap-guangzhou' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l endpoint -d 'URL of the server, if not the region\'s' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l addressing -d 'Bucket in URLs: auto, virtual, path or cname [auto]' -r -f -a "auto\t'The style that fits the endpoint'
virtual\t'Bucket in front of the host'
path\t'Bucket in front of the key'
cname\t'Domain bound to the bucket'"
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l emulator -d 'Upload to a built-in emulator on this machine' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l ca-bundle -d 'CA certificates to trust in addition' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l max-attempts -d 'Attempts for each request, 1 to 1000 [8]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l retry-time -d 'How long to keep retrying while throttled or without a network [10m]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l connect-timeout -d 'Longest wait for a connection [10s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l stall-timeout -d 'Longest time without a byte moving [60s]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l log-file -d 'Append all messages to a file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l concurrency -d 'Requests in flight, 1 to 1000 [auto]' -r
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l accelerate -d 'Use the global acceleration domain'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l internal -d 'Use the internal domain of Tencent Cloud'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l no-backup-domain -d 'Never use the backup domain'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s q -l quiet -d 'Print errors only'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s v -l verbose -d 'Show each part and each retry'
complete -c cosput -n "__fish_cosput_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l profile -d 'Profile of the configuration file [default]' -r
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l config -d 'Configuration file' -r -F
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -l json -d 'Print the result as JSON'
complete -c cosput -n "__fish_cosput_using_subcommand credentials" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l dir -d 'Directory for the objects' -r -f -a "(__fish_complete_directories)"
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l listen -d 'Address and port to listen on [127.0.0.1:9460]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l service -d 'Service: cos, or cdcs for data coffers [cos]' -r -f -a "cos\t'Cloud Object Storage'
cdcs\t'Cloud Data Coffer Service'"
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l region -d 'Region of the buckets [any]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l fault -d 'Fault to inject; can be repeated' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l buckets -d 'Buckets that exist, comma-separated [any]' -r
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l cdcs-xml -d 'Use the older XML edition of CDCS'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -l json -d 'Print results as JSON, one object per line'
complete -c cosput -n "__fish_cosput_using_subcommand emulator" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c cosput -n "__fish_cosput_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
