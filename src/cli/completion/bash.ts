/**
 * The completion script for bash: a function that finds the command among the words before the cursor, and then what is
 * due.
 *
 * Strategy: nothing of bash-completion is needed, and file names are left to bash: it completes them where no word fits.
 * A filter's field is completed outside quotes alone: of a single match in quotes readline writes the second quote, too.
 * Bash takes `=` for a word of its own (COMP_WORDBREAKS), so that `--format=json` comes in three words.
 */
import { type Completable, type CompletedCommand, DEFAULT_COMMAND, FIELDS } from './model.js';

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of wsdissect for bash: eval "$(wsdissect completion bash)"
_wsdissect() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= i at=0 words= fields='${FIELDS.map(({ name }) => name).join(' ')}'
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${names.join(' | ')}) command=\${COMP_WORDS[i]} at=$i; break ;;
    esac
  done
  case \${command:-${DEFAULT_COMMAND}}:$prev in
${commands.flatMap(optionCases).join('\n')}
    *)
      if [[ $cur == -* ]]; then
        case \${command:-${DEFAULT_COMMAND}} in
${commands.map((one) => `          ${one.name}) words='${flagsOf(one).join(' ')}' ;;`).join('\n')}
        esac
      elif [[ -z $command ]]; then words='${names.join(' ')}'
      else
        case $command:$((COMP_CWORD - at)) in
${commands.flatMap(argumentCases).join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ ($words == *= || $words == "$fields") && \${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace
}
complete -o bashdefault -o default -F _wsdissect wsdissect
`;
}

const flagsOf = ({ options }: CompletedCommand) => options.flatMap(({ flags }) => flags);

function optionCases({ name, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, value }) =>
    value === undefined
      ? []
      : [`    ${flags.map((flag) => `${name}:${flag}`).join(' | ')}) ${assignment(value)} ;;`],
  );
}

function argumentCases({ name, first, others }: CompletedCommand): string[] {
  const cases = others === first ? [] : [`          ${name}:1) ${assignment(first)} ;;`];
  return [...cases, `          ${name}:*) ${assignment(others)} ;;`];
}

function assignment(value: Completable): string {
  if (value === 'field') return 'words=$fields';
  return value === 'file' || value === 'free' ? ':' : `words='${value.join(' ')}'`;
}
