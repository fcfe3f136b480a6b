"""`capplan completion`: the script that completes commands, options and a scenario's names in a shell."""

from enum import StrEnum
from typing import Annotated

import typer

from capplan.cli.complete import VARIABLE
from capplan.cli.output import put


class Shell(StrEnum):
    """Supported shells."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


_BASH = """\
_capplan() {
    local IFS=$'\\n'
    COMPREPLY=( $(VARIABLE=1 "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) )
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _capplan capplan
"""
_ZSH = """\
#compdef capplan
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u; }
_capplan() {
    local -a found
    found=("${(@f)$(VARIABLE=1 "${words[1]}" "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[*]}" ]]; then
        compadd -- "${found[@]}"
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == _capplan ]]; then
    _capplan "$@"
else
    compdef _capplan capplan
fi
"""
_FISH = """\
function __capplan_complete
    set -l words (commandline -opc)
    set -l found (env VARIABLE=1 $words[1] $words[2..-1] (commandline -ct) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete --command capplan --no-files --arguments '(__capplan_complete)'
"""
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName capplan -ScriptBlock {
    param($word, $line, $cursor)
    $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    $env:VARIABLE = if ($word -eq '') { 'next' } else { '1' }
    try { & capplan @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) } }
    finally { Remove-Item Env:VARIABLE }
}
"""
_SCRIPTS = {Shell.bash: _BASH, Shell.zsh: _ZSH, Shell.fish: _FISH, Shell.powershell: _POWERSHELL}


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")] = Shell.bash,
) -> int:
    """Print the script that makes a shell complete capplan's commands, options and names.

    Example: capplan completion bash >> ~/.bashrc
    """
    put(_SCRIPTS[shell].replace("VARIABLE", VARIABLE))
    return 0
