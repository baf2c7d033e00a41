# Completions of cosput for PowerShell. The program itself says what fits.
Register-ArgumentCompleter -Native -CommandName 'cosput' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    if ($before.Count -eq 0) { return }
    $words = @($before | Select-Object -Skip 1)
    $answer = @(& $before[0] 'complete-word' $words.Count '--' @words $wordToComplete 2>$null)
    # Without a result, PowerShell completes paths.
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $value, $about = $_ -split "`t", 2
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
    }
}
