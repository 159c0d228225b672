import { commandOf } from './command.ts';
import { UsageError } from './io.ts';

export const command = commandOf({
  synopsis: 'bash|zsh',
  about: `Prints what lets a shell complete commands, options and file names of mqttsec.
For bash: source <(mqttsec completion bash)
For zsh:  source <(mqttsec completion zsh)`,
  options: {},
  run: async ({ operands, io }) => {
    const [shell, ...more] = operands;
    if ((shell !== 'bash' && shell !== 'zsh') || more.length > 0) throw new UsageError('completion takes bash or zsh');
    const { commands } = await import('./commands.ts');
    const flags = new Map<string, readonly string[]>();
    for (const [name, { load }] of commands) flags.set(name, (await load()).command.flags);
    io.out(shell === 'bash' ? bashText(flags) : `autoload -U +X bashcompinit && bashcompinit\n${bashText(flags)}`);
    return 0;
  },
});

/** Words after the command: its options where one is begun, else file names. */
function bashText(flags: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...flags].map(([name, own]) => `    ${name}) options="${[...own, '--help'].join(' ')}" ;;`);
  return `_mqttsec() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...flags.keys(), 'help'].join(' ')}" -- "$word"))
    return
  fi
  if [ "\${COMP_WORDS[1]}" = help ]; then
    COMPREPLY=($(compgen -W "${[...flags.keys()].join(' ')}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=() ;;
  esac
}
complete -o default -F _mqttsec mqttsec
`;
}
