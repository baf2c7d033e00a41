
use builtin;
use str;

set edit:completion:arg-completer[cosput] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'cosput'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'cosput'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand upload 'Upload a file; go on where an earlier upload of it stopped'
            cand resume 'Finish interrupted uploads from their journals'
            cand emulator 'Run a COS server on this machine, with its objects in a directory'
            cand completions 'Print completions for a shell'
            cand man 'Write the man pages into a directory'
        }
        &'cosput;upload'= {
            cand -b 'Bucket, with its APPID'
            cand --bucket 'Bucket, with its APPID'
            cand --key 'Key of the object [the file''s name]'
            cand --region 'Region, like ap-guangzhou'
            cand --endpoint 'Address of the service, if not the region''s'
            cand --addressing 'auto, virtual, path or cname [auto]'
            cand --emulator 'Upload to a server of its own, here'
            cand --part-size 'Size of a part, 1MiB to 5GiB [by file]'
            cand --multipart-threshold 'Largest file sent in one piece [16MiB]'
            cand --checksum 'crc64, or md5 in addition [crc64]'
            cand --traffic-limit 'The server''s speed limit, per request'
            cand --concurrency 'Requests in flight, 1 to 1000 [8]'
            cand --max-attempts 'Attempts for each request [8]'
            cand --connect-timeout 'Longest wait for a connection [10s]'
            cand --stall-timeout 'Longest time without a byte moving [60s]'
            cand --content-type 'Type of the content [by its name]'
            cand --cache-control 'How caches may keep it, like max-age=60'
            cand --content-disposition 'How browsers show it, like attachment'
            cand --content-encoding 'How the file is encoded, like gzip'
            cand --content-language 'Language of the content, like zh-CN'
            cand --expires 'Until when caches may keep it'
            cand --meta 'Metadata, can be repeated'
            cand --acl 'Who may do what, like public-read'
            cand --grant-read 'Who may read it, like id="100000000001"'
            cand --grant-write 'Who may write it'
            cand --grant-full-control 'Who may do everything with it'
            cand --grant-read-acp 'Who may read who may do what'
            cand --grant-write-acp 'Who may change who may do what'
            cand --storage-class 'STANDARD_IA, ARCHIVE and others'
            cand --tag 'Tag, can be repeated'
            cand --sse 'AES256 or cos/kms [as the bucket says]'
            cand --sse-kms-key-id 'Key in KMS [the one that COS makes]'
            cand --sse-kms-context 'What KMS is told besides, JSON'
            cand --sse-c-key-file 'Key of your own, for SSE-C'
            cand --journal 'Journal of this upload'
            cand --state-dir 'Directory of the journals'
            cand --progress 'auto, always or never [auto]'
            cand --no-overwrite 'Refuse a key that is taken'
            cand --no-resume 'Start anew, whatever a journal says'
            cand --abort-on-failure 'Leave no parts on the server'
            cand -n 'Print what would be sent, send nothing'
            cand --dry-run 'Print what would be sent, send nothing'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand --json 'Print results as JSON, one object a line'
            cand -v 'Show every part and every retry'
            cand --verbose 'Show every part and every retry'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cosput;resume'= {
            cand --endpoint 'Address of the service, if not the journal''s'
            cand --emulator 'Upload to a server of its own, here'
            cand --state-dir 'Directory of the journals'
            cand --concurrency 'Requests in flight, 1 to 1000 [8]'
            cand --max-attempts 'Attempts for each request [8]'
            cand --connect-timeout 'Longest wait for a connection [10s]'
            cand --stall-timeout 'Longest time without a byte moving [60s]'
            cand --traffic-limit 'The server''s speed limit, per request'
            cand --sse-c-key-file 'Key of your own, for SSE-C'
            cand --progress 'auto, always or never [auto]'
            cand -q 'Print errors only'
            cand --quiet 'Print errors only'
            cand --json 'Print results as JSON, one object a line'
            cand -v 'Show every part and every retry'
            cand --verbose 'Show every part and every retry'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cosput;emulator'= {
            cand --dir 'Directory of the objects'
            cand --listen 'Address to listen on [127.0.0.1:9460]'
            cand --fault 'Fault to suffer, can be repeated'
            cand --buckets 'Buckets that exist [any]'
            cand --json 'Print results as JSON, one object a line'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'cosput;completions'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'cosput;man'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
