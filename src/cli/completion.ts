import { Argument } from 'commander';
import { type AddCommand, cliCommand } from './command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `nodrift completion <shell>`: prints a script that is made from the program itself, so it knows every command. */
export const completionCommand: AddCommand = (program, io, finish) => {
  const add = cliCommand<[shell: (typeof shells)[number]], object>({
    name: 'completion',
    description: 'print a script that completes commands and options in a shell',
    examples: [
      ['completion bash', 'in ~/.bashrc: eval "$(nodrift completion bash)"'],
      ['completion zsh', 'in ~/.zshrc, after compinit: eval "$(nodrift completion zsh)"'],
      ['completion fish', 'in config.fish: nodrift completion fish | source'],
    ],
    failing: null,
    declare(command) {
      command.addArgument(new Argument('<shell>', 'the shell').choices(shells));
    },
    async run([shell]) {
      const { completionScript } = await import('./completion-script.ts');
      io.stdout.write(completionScript(shell, program));
      return 0;
    },
  });
  add(program, io, finish);
};
