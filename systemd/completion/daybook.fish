function __daybook_offered
    set -l typed (commandline -opc)
    set -l offered ($typed[1] complete -- $typed[2..-1] (commandline -ct) 2>/dev/null)
    if test "$offered[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        string join -- \n $offered
    end
end

complete -c daybook -f -a "(__daybook_offered)"
