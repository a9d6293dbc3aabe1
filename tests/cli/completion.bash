# bash completion for forestall, printed by "forestall completion bash".
_forestall() {
  local word path= files= words= previous=${COMP_WORDS[COMP_CWORD-1]} current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ' look') path+=" $word" ;;
      ' import') path+=" $word" ;;
      ' import oomd') path+=" $word" ;;
      ' check') path+=" $word" ;;
    esac
  done
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case "$path:$previous" in
    ' look:--config') files=-f ;;
    ' look:--by') words+=' age adj' ;;
    ' look:--both') files=-f ;;
    ' look:-n'|' look:--most') : ;;
    ' import oomd:--directory') files=-d ;;
    *)
      if [[ $current == -* ]]; then
        case "$path" in
          '') words='-h --help --version' ;;
          ' look') words='-h --help --config --by --both -n --most --json' ;;
          ' import') words='-h --help' ;;
          ' import oomd') words='-h --help --directory' ;;
          ' check') words='-h --help' ;;
        esac
      else
        case "$path" in
          '') words+=' look import check' ;;
          ' import') words+=' oomd' ;;
          ' check') files=-f ;;
        esac
      fi
  esac
  [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [[ -z $files ]] || { mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$files" -- "$current"); compopt -o filenames; }
} 2>/dev/null
complete -F _forestall forestall
