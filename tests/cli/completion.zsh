#compdef forestall
# zsh completion for forestall, printed by "forestall completion zsh".

_forestall_look() {
  _arguments -C \
    '(-h --help)-h[Print this help message and exit]' \
    '(-h --help)--help[Print this help message and exit]' \
    '(--config)--config=[A file]:FILE:_files' \
    '*--by=[Can be repeated]:TERM:(age adj)' \
    '(--both)--both=[Two of them]:FILE:_files:FILE:_files' \
    '(-n --most)-n+[So many]:N: ' \
    '(-n --most)--most=[So many]:N: ' \
    '(--json)--json[As JSON]'
}

_forestall_import_oomd() {
  _arguments -C \
    '(-h --help)-h[Print this help message and exit]' \
    '(-h --help)--help[Print this help message and exit]' \
    '(--directory)--directory=[Where it is]:DIR:_files -/'
}

_forestall_import() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \
    '(-h --help)-h[Print this help message and exit]' \
    '(-h --help)--help[Print this help message and exit]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'oomd:Of oomd')
      _describe command commands ;;
    rest)
      case $words[1] in
        oomd) _forestall_import_oomd ;;
      esac ;;
  esac
}

_forestall_check() {
  _arguments -C \
    '(-h --help)-h[Print this help message and exit]' \
    '(-h --help)--help[Print this help message and exit]' \
    ':FILE:_files'
}

_forestall() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \
    '(-h --help)-h[Print this help message and exit]' \
    '(-h --help)--help[Print this help message and exit]' \
    '(--version)--version[Display program version information and exit]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'look:Who'\''s there? [all]\: of $HOME'
        'import:What others were told'
        'check:Is it good?')
      _describe command commands ;;
    rest)
      case $words[1] in
        look) _forestall_look ;;
        import) _forestall_import ;;
        check) _forestall_check ;;
      esac ;;
  esac
}

_forestall "$@"
