/**
 * The completion script for zsh: a function in the style of its own completion system, with descriptions.
 *
 * Strategy: the command is looked for among the words before the cursor; the words up to it are dropped, and `_arguments`
 * does the rest. Where there is none, the default one is meant, or one is being typed.
 */
import {
  type Completable,
  type CompletedCommand,
  type CompletedOption,
  DEFAULT_COMMAND,
  FIELDS,
} from './model.js';

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef wsdissect
# Completion of wsdissect for zsh: eval "$(wsdissect completion zsh)" behind compinit, or a file _wsdissect in $fpath
_wsdissect() {
  local i command=
  local -a commands filter_fields
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  filter_fields=(
${FIELDS.map(({ name, meaning }) => `    ${quoted(`${name}:${meaning}`)}`).join('\n')}
  )
  for ((i = 2; i < CURRENT; i++)); do
    if (( $\{commands[(I)$words[i]:*]} )); then
      command=$words[i]
      shift $((i - 1)) words
      ((CURRENT -= i - 1))
      break
    fi
  done
  [[ -n $command || $words[CURRENT] == -* ]] || _describe -t commands command commands
  case \${command:-${DEFAULT_COMMAND}} in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _wsdissect ]]; then _wsdissect "$@"; else compdef _wsdissect wsdissect; fi
`;
}

function commandCase({ name, options, first, others }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), ...(others === first ? [] : [`'1:first:${action(first)}'`])];
  if (others.length > 0) specs.push(`'*:argument:${action(others)}'`);
  return `    ${name}) _arguments -s -S \\\n      ${specs.join(' \\\n      ')} ;;`;
}

/** `'(-T --format)'{-T,--format=}'[description]:value:(table text)'`; any may be repeated. */
function optionSpec({ flags, description, value }: CompletedOption): string {
  const takes = value === undefined ? '' : `:value:${action(value)}`;
  const names = flags.map((flag) => (value !== undefined && flag.startsWith('--') ? `${flag}=` : flag));
  const said = quoted(`[${description.replace(/[[\]\\:]/g, '\\$&')}]${takes}`);
  return flags.length === 1 ? `'*'${names[0]}${said}` : `'*'{${names.join(',')}}${said}`;
}

function action(value: Completable): string {
  if (value === 'file') return '_files';
  if (value === 'free') return ' ';
  if (value === 'field') return '{_describe -t fields field filter_fields -S ""}';
  const words = value.map((word) => word.replaceAll(':', '\\:'));
  return words.some((word) => word.endsWith('='))
    ? `{compadd -S "" -- ${value.join(' ')}}`
    : `(${words.join(' ')})`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
