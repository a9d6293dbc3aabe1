# fish completion for forestall, printed by "forestall completion fish".
complete -c forestall -f
complete -c forestall -n 'not __fish_seen_subcommand_from look import check' -a look -d 'Who\'s there? [all]: of $HOME'
complete -c forestall -n 'not __fish_seen_subcommand_from look import check' -a import -d 'What others were told'
complete -c forestall -n 'not __fish_seen_subcommand_from look import check' -a check -d 'Is it good?'
complete -c forestall -n 'not __fish_seen_subcommand_from look import check' -s h -l help -d 'Print this help message and exit'
complete -c forestall -n 'not __fish_seen_subcommand_from look import check' -l version -d 'Display program version information and exit'
complete -c forestall -n '__fish_seen_subcommand_from look' -s h -l help -d 'Print this help message and exit'
complete -c forestall -n '__fish_seen_subcommand_from look' -l config -r -F -d 'A file'
complete -c forestall -n '__fish_seen_subcommand_from look' -l by -x -a 'age adj' -d 'Can be repeated'
complete -c forestall -n '__fish_seen_subcommand_from look' -l both -r -F -d 'Two of them'
complete -c forestall -n '__fish_seen_subcommand_from look' -s n -l most -x -d 'So many'
complete -c forestall -n '__fish_seen_subcommand_from look' -l json -d 'As JSON'
complete -c forestall -n '__fish_seen_subcommand_from import; and not __fish_seen_subcommand_from oomd' -a oomd -d 'Of oomd'
complete -c forestall -n '__fish_seen_subcommand_from import; and not __fish_seen_subcommand_from oomd' -s h -l help -d 'Print this help message and exit'
complete -c forestall -n '__fish_seen_subcommand_from import; and __fish_seen_subcommand_from oomd' -s h -l help -d 'Print this help message and exit'
complete -c forestall -n '__fish_seen_subcommand_from import; and __fish_seen_subcommand_from oomd' -l directory -x -a '(__fish_complete_directories)' -d 'Where it is'
complete -c forestall -n '__fish_seen_subcommand_from check' -F
complete -c forestall -n '__fish_seen_subcommand_from check' -s h -l help -d 'Print this help message and exit'
