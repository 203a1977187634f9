import { Argument, Command } from 'commander';

const EXAMPLES = `
Examples:
  source <(haven completion bash)                       in ~/.bashrc
  source <(haven completion zsh)                        in ~/.zshrc, after compinit
  haven completion fish > ~/.config/fish/completions/haven.fish
`;

/** `haven completion <shell>`. `root` returns the command whose subcommands and options are completed. */
export function completionCommand(root: () => Command): Command {
  const scripts: Record<string, (words: CommandWords[]) => string> = { bash, zsh, fish };
  return new Command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      process.stdout.write(scripts[shell]?.(wordsOf(root())) ?? '');
    });
}

/** The words that can follow a command. */
interface CommandWords {
  /** The command and its parents, such as `haven keys create`. */
  path: string;
  description: string;
  words: string[];
  subcommands: { name: string; description: string }[];
  options: { name: string; description: string }[];
}

function wordsOf(command: Command, parents: readonly string[] = []): CommandWords[] {
  const path = [...parents, command.name()];
  const subcommands = command.commands.map((each) => ({ name: each.name(), description: each.description() }));
  const options = command.options.map((each) => ({ name: each.long ?? each.flags, description: each.description }));
  const words = [...subcommands, ...options, { name: '--help' }].map(({ name }) => name);
  const own = { path: path.join(' '), description: command.description(), words, subcommands, options };
  return [own, ...command.commands.flatMap((each) => wordsOf(each, path))];
}

/** The longest path whose words precede the cursor decides. Where no word fits, file names are completed. */
function bash(commands: CommandWords[]): string {
  const cases = commands.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`).join('\n');
  return `_haven() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=haven word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${commands
        .slice(1)
        .map(({ path }) => `'${path}'`)
        .join('|')}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _haven haven
`;
}

function zsh(commands: CommandWords[]): string {
  return `autoload -Uz bashcompinit && bashcompinit\n${bash(commands)}`;
}

function fish(commands: CommandWords[]): string {
  return commands.flatMap(fishLines).join('');
}

function fishLines({ path, subcommands, options }: CommandWords): string[] {
  const [, ...parents] = path.split(' ');
  const seen = parents.map((name) => `__fish_seen_subcommand_from ${name}`);
  const none =
    subcommands.length === 0
      ? []
      : [`not __fish_seen_subcommand_from ${subcommands.map(({ name }) => name).join(' ')}`];
  const condition = (parts: string[]) => (parts.length === 0 ? '' : ` -n '${parts.join('; and ')}'`);
  return [
    ...subcommands.map(
      ({ name, description }) =>
        `complete -c haven -f${condition([...seen, ...none])} -a ${name} -d '${fishText(description)}'\n`,
    ),
    ...options.map(
      ({ name, description }) =>
        `complete -c haven${condition(seen)} -l ${name.replace(/^--/, '')} -d '${fishText(description)}'\n`,
    ),
  ];
}

function fishText(text: string): string {
  return text.replaceAll('\\', '').replaceAll("'", '’');
}
