
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
            cand --concurrency 'Requests in flight, 1 to 1000 [auto]'
            cand --max-attempts 'Attempts for each request [8]'
            cand --connect-timeout 'Longest wait for a connection [10s]'
            cand --stall-timeout 'Longest time without a byte moving [60s]'
            cand --journal 'Journal of this upload'
            cand --state-dir 'Directory of the journals'
            cand --progress 'auto, always or never [auto]'
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
            cand --concurrency 'Requests in flight, 1 to 1000 [auto]'
            cand --max-attempts 'Attempts for each request [8]'
            cand --connect-timeout 'Longest wait for a connection [10s]'
            cand --stall-timeout 'Longest time without a byte moving [60s]'
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
