
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'cosput' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'cosput'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'cosput' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('upload', 'upload', [CompletionResultType]::ParameterValue, 'Upload a file; go on where an earlier upload of it stopped')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Finish interrupted uploads from their journals')
            [CompletionResult]::new('list-uploads', 'list-uploads', [CompletionResultType]::ParameterValue, 'List the unfinished uploads in a bucket')
            [CompletionResult]::new('list-parts', 'list-parts', [CompletionResultType]::ParameterValue, 'List the parts of an unfinished upload')
            [CompletionResult]::new('abort', 'abort', [CompletionResultType]::ParameterValue, 'Abort unfinished uploads, with their parts')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Compare a file with an object')
            [CompletionResult]::new('credentials', 'credentials', [CompletionResultType]::ParameterValue, 'Show which credentials are used')
            [CompletionResult]::new('emulator', 'emulator', [CompletionResultType]::ParameterValue, 'Run a COS server on this machine, with its objects in a directory')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages into a directory')
            break
        }
        'cosput;upload' {
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the object [the file''s name]')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region, like ap-guangzhou')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the region''s')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for a data coffer [cos]')
            [CompletionResult]::new('--addressing', '--addressing', [CompletionResultType]::ParameterName, 'auto, virtual, path or cname [auto]')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--part-size', '--part-size', [CompletionResultType]::ParameterName, 'Size of a part, 1MiB to 5GiB [by file]')
            [CompletionResult]::new('--multipart-threshold', '--multipart-threshold', [CompletionResultType]::ParameterName, 'Largest file sent in one piece [16MiB]')
            [CompletionResult]::new('--checksum', '--checksum', [CompletionResultType]::ParameterName, 'crc64, or md5 in addition [crc64]')
            [CompletionResult]::new('--traffic-limit', '--traffic-limit', [CompletionResultType]::ParameterName, 'The server''s speed limit, per request')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'Type of the content [by its name]')
            [CompletionResult]::new('--cache-control', '--cache-control', [CompletionResultType]::ParameterName, 'How caches may keep it, like max-age=60')
            [CompletionResult]::new('--content-disposition', '--content-disposition', [CompletionResultType]::ParameterName, 'How browsers show it, like attachment')
            [CompletionResult]::new('--content-encoding', '--content-encoding', [CompletionResultType]::ParameterName, 'How the file is encoded, like gzip')
            [CompletionResult]::new('--content-language', '--content-language', [CompletionResultType]::ParameterName, 'Language of the content, like zh-CN')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'Until when caches may keep it')
            [CompletionResult]::new('--meta', '--meta', [CompletionResultType]::ParameterName, 'Metadata, can be repeated')
            [CompletionResult]::new('--acl', '--acl', [CompletionResultType]::ParameterName, 'Who may do what, like public-read')
            [CompletionResult]::new('--grant-read', '--grant-read', [CompletionResultType]::ParameterName, 'Who may read it, like id="100000000001"')
            [CompletionResult]::new('--grant-write', '--grant-write', [CompletionResultType]::ParameterName, 'Who may write it')
            [CompletionResult]::new('--grant-full-control', '--grant-full-control', [CompletionResultType]::ParameterName, 'Who may do everything with it')
            [CompletionResult]::new('--grant-read-acp', '--grant-read-acp', [CompletionResultType]::ParameterName, 'Who may read who may do what')
            [CompletionResult]::new('--grant-write-acp', '--grant-write-acp', [CompletionResultType]::ParameterName, 'Who may change who may do what')
            [CompletionResult]::new('--storage-class', '--storage-class', [CompletionResultType]::ParameterName, 'STANDARD_IA, ARCHIVE and others')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'Tag, can be repeated')
            [CompletionResult]::new('--sse', '--sse', [CompletionResultType]::ParameterName, 'AES256 or cos/kms [as the bucket says]')
            [CompletionResult]::new('--sse-kms-key-id', '--sse-kms-key-id', [CompletionResultType]::ParameterName, 'Key in KMS [the one that COS makes]')
            [CompletionResult]::new('--sse-kms-context', '--sse-kms-context', [CompletionResultType]::ParameterName, 'What KMS is told besides, JSON')
            [CompletionResult]::new('--sse-c-key-file', '--sse-c-key-file', [CompletionResultType]::ParameterName, 'Key of your own, for SSE-C')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Journal of this upload')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Directory of the journals')
            [CompletionResult]::new('--resume-upload-id', '--resume-upload-id', [CompletionResultType]::ParameterName, 'Go on with this unfinished upload')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'auto, always or never [auto]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--accelerate', '--accelerate', [CompletionResultType]::ParameterName, 'Use the global acceleration domain')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'Use the domain inside Tencent Cloud')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('--no-overwrite', '--no-overwrite', [CompletionResultType]::ParameterName, 'Refuse a key that is taken')
            [CompletionResult]::new('--no-resume', '--no-resume', [CompletionResultType]::ParameterName, 'Start anew, whatever a journal says')
            [CompletionResult]::new('--abort-on-failure', '--abort-on-failure', [CompletionResultType]::ParameterName, 'Leave no parts on the server')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print what would be sent, send nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be sent, send nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every part and every retry')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every part and every retry')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;resume' {
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the journal''s')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Directory of the journals')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--traffic-limit', '--traffic-limit', [CompletionResultType]::ParameterName, 'The server''s speed limit, per request')
            [CompletionResult]::new('--sse-c-key-file', '--sse-c-key-file', [CompletionResultType]::ParameterName, 'Key of your own, for SSE-C')
            [CompletionResult]::new('--progress', '--progress', [CompletionResultType]::ParameterName, 'auto, always or never [auto]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every part and every retry')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every part and every retry')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;list-uploads' {
            [CompletionResult]::new('--prefix', '--prefix', [CompletionResultType]::ParameterName, 'Only keys that begin like this')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Directory of the journals')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region, like ap-guangzhou')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the region''s')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for a data coffer [cos]')
            [CompletionResult]::new('--addressing', '--addressing', [CompletionResultType]::ParameterName, 'auto, virtual, path or cname [auto]')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--accelerate', '--accelerate', [CompletionResultType]::ParameterName, 'Use the global acceleration domain')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'Use the domain inside Tencent Cloud')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;list-parts' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the upload')
            [CompletionResult]::new('--upload-id', '--upload-id', [CompletionResultType]::ParameterName, 'Id of the upload')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region, like ap-guangzhou')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the region''s')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for a data coffer [cos]')
            [CompletionResult]::new('--addressing', '--addressing', [CompletionResultType]::ParameterName, 'auto, virtual, path or cname [auto]')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--accelerate', '--accelerate', [CompletionResultType]::ParameterName, 'Use the global acceleration domain')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'Use the domain inside Tencent Cloud')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;abort' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the upload')
            [CompletionResult]::new('--upload-id', '--upload-id', [CompletionResultType]::ParameterName, 'Id of the upload')
            [CompletionResult]::new('--prefix', '--prefix', [CompletionResultType]::ParameterName, 'All whose keys begin like this')
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'All that began longer ago')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Directory of the journals')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region, like ap-guangzhou')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the region''s')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for a data coffer [cos]')
            [CompletionResult]::new('--addressing', '--addressing', [CompletionResultType]::ParameterName, 'auto, virtual, path or cname [auto]')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All in the bucket')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask first')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask first')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--accelerate', '--accelerate', [CompletionResultType]::ParameterName, 'Use the global acceleration domain')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'Use the domain inside Tencent Cloud')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;verify' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the object [the file''s name]')
            [CompletionResult]::new('--sse-c-key-file', '--sse-c-key-file', [CompletionResultType]::ParameterName, 'Key of your own, for SSE-C')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--bucket', '--bucket', [CompletionResultType]::ParameterName, 'Bucket, with its APPID')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Region, like ap-guangzhou')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Address of the service, if not the region''s')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for a data coffer [cos]')
            [CompletionResult]::new('--addressing', '--addressing', [CompletionResultType]::ParameterName, 'auto, virtual, path or cname [auto]')
            [CompletionResult]::new('--emulator', '--emulator', [CompletionResultType]::ParameterName, 'Use a server of its own, here')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Certificates to trust in addition')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Attempts for each request [8]')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest wait for a connection [10s]')
            [CompletionResult]::new('--stall-timeout', '--stall-timeout', [CompletionResultType]::ParameterName, 'Longest time without a byte moving [60s]')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Keep every message in this file too')
            [CompletionResult]::new('--concurrency', '--concurrency', [CompletionResultType]::ParameterName, 'Requests in flight, 1 to 1000 [auto]')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--accelerate', '--accelerate', [CompletionResultType]::ParameterName, 'Use the global acceleration domain')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'Use the domain inside Tencent Cloud')
            [CompletionResult]::new('--no-backup-domain', '--no-backup-domain', [CompletionResultType]::ParameterName, 'Never go to the backup domain')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors only')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every retry, and whose credentials are used')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;credentials' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Profile of the configuration [default]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;emulator' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Directory of the objects')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Address to listen on [127.0.0.1:9460]')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'cos, or cdcs for data coffers [cos]')
            [CompletionResult]::new('--fault', '--fault', [CompletionResultType]::ParameterName, 'Fault to suffer, can be repeated')
            [CompletionResult]::new('--buckets', '--buckets', [CompletionResultType]::ParameterName, 'Buckets that exist [any]')
            [CompletionResult]::new('--cdcs-xml', '--cdcs-xml', [CompletionResultType]::ParameterName, 'Speak the older edition of CDCS, in XML')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print results as JSON, one object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'cosput;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'cosput;man' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
