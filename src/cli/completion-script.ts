import type { Command, Option } from 'commander';

/** The script that completes a program's commands and options in a shell. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  return { bash, zsh, fish }[shell](levelsOf(program));
}

/** A command with what may follow it. */
interface Level {
  /** The words that call it, without the program's own. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  /** The values that its arguments can have, where they are few. */
  readonly choices: readonly string[];
  readonly options: readonly Option[];
}

function levelsOf(command: Command, path: readonly string[] = []): readonly Level[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  return [
    {
      path,
      commands: commands.map((one) => ({ name: one.name(), description: one.description() })),
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      options,
    },
    ...commands.flatMap((one) => levelsOf(one, [...path, one.name()])),
  ];
}

/** Shell code that follows the words before the cursor down to a command; `at` names it in the end. */
function descent(levels: readonly Level[]): string {
  const steps = levels.flatMap(({ path, commands }) =>
    commands.map(({ name }) => `'${path.join(' ')}/${name}'`),
  );
  return `case "$at/$word" in ${steps.join('|')}) at="\${at:+$at }$word" ;; esac`;
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** The flags that a value follows, with the choices that any command gives them. */
function valuesOf(levels: readonly Level[]): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const option of levels.flatMap(({ options }) => options).filter((one) => one.required)) {
    for (const flag of flagsOf(option)) {
      const choices = values.get(flag) ?? new Set();
      for (const choice of option.argChoices ?? []) choices.add(choice);
      values.set(flag, choices);
    }
  }
  return values;
}

/** Branches of a shell's `case` over the word before the cursor. */
function valueCases(levels: readonly Level[], offer: (choices: string) => string, files: string): string {
  const values = [...valuesOf(levels)];
  const free = values.filter(([, choices]) => choices.size === 0).map(([flag]) => flag);
  const few = values.filter(([, choices]) => choices.size > 0);
  return [[free.join('|'), files], ...few.map(([flag, choices]) => [flag, offer([...choices].join(' '))])]
    .map(([flags, action]) => `    ${flags}) ${action}; return ;;\n`)
    .join('');
}

function bash(levels: readonly Level[]): string {
  const cases = levels.map(({ path, commands, choices, options }) => {
    const flags = options.flatMap(flagsOf).join(' ');
    const words = [...commands.map(({ name }) => name), ...choices].join(' ');
    return `    '${path.join(' ')}') commands='${words}' options='${flags}' ;;\n`;
  });
  // Where nothing is offered, bash completes the names of files.
  return `_nodrift() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" at='' commands='' options='' word
  COMPREPLY=()
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${valueCases(levels, (choices) => `COMPREPLY=($(compgen -W '${choices}' -- "$cur"))`, ':')}  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    ${descent(levels)}
  done
  case "$at" in
${cases.join('')}  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  else COMPREPLY=($(compgen -W "$commands" -- "$cur")); fi
}
complete -o default -F _nodrift nodrift
`;
}

function zsh(levels: readonly Level[]): string {
  const entry = (name: string, description: string) =>
    quoted(`${name.replaceAll(':', '\\:')}:${description}`);
  const cases = levels.map(({ path, commands, choices, options }) => {
    const names = [...commands.map(({ name, description }) => entry(name, description)), ...choices].join(
      ' ',
    );
    const flags = options
      .flatMap((one) => flagsOf(one).map((flag) => entry(flag, one.description)))
      .join(' ');
    return `    '${path.join(' ')}') commands=(${names}); options=(${flags}) ;;\n`;
  });
  return `_nodrift() {
  local at='' word
  local -a commands options
  case "$words[CURRENT-1]" in
${valueCases(levels, (choices) => `compadd ${choices}`, '_files')}  esac
  for word in "\${(@)words[2,CURRENT-1]}"; do
    ${descent(levels)}
  done
  case "$at" in
${cases.join('')}  esac
  if [[ $words[CURRENT] == -* ]]; then _describe option options
  elif (( $#commands )); then _describe command commands
  else _files; fi
}
compdef _nodrift nodrift
`;
}

function fish(levels: readonly Level[]): string {
  const values = valuesOf(levels);
  const lines = levels.flatMap(({ path, commands, choices, options }) => {
    const deeper = commands.map(({ name }) => name).join(' ');
    const conditions = [
      ...(path.length === 0 ? [] : [`__fish_seen_subcommand_from ${path.at(-1)}`]),
      ...(path.length < 2 ? [] : [`__fish_seen_subcommand_from ${path[0]}`]),
    ];
    const here = [...conditions, ...(deeper === '' ? [] : [`not __fish_seen_subcommand_from ${deeper}`])];
    const when = (all: readonly string[]) => (all.length === 0 ? '' : ` -n ${quoted(all.join('; and '))}`);
    return [
      ...commands.map(
        ({ name, description }) => `complete -c nodrift -f${when(here)} -a ${name} -d ${quoted(description)}`,
      ),
      ...choices.map((choice) => `complete -c nodrift -f${when(here)} -a ${choice}`),
      ...options.map((one) => {
        const words = [...(values.get(one.long ?? '') ?? [])].join(' ');
        const flags = flagsOf(one).map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const value = one.required ? ` -r${words === '' ? '' : ` -f -a '${words}'`}` : '';
        return `complete -c nodrift${when(here)} ${flags.join(' ')}${value} -d ${quoted(one.description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** A word that each of the shells takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
