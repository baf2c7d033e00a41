# Completions of cosput for elvish. The program itself says what fits.
set edit:completion:arg-completer[cosput] = {|@words|
  var program = (external $words[0])
  var answer = []
  try {
    set answer = [($program complete-word (- (count $words) 2) -- (all $words[1..]) 2>/dev/null)]
  } catch {
    nop
  }
  if (> (count $answer) 0) {
    for line $answer[1..] {
      var @parts = (use str; str:split "\t" $line)
      if (== (count $parts) 2) {
        edit:complex-candidate $parts[0] &display=$parts[0]' ('$parts[1]')'
      } else {
        edit:complex-candidate $line
      }
    }
    if (or (eq $answer[0] files) (eq $answer[0] directories)) {
      edit:complete-filename $words[-1]
    }
  }
}
