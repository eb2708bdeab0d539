"""Types into a shell on a terminal, and prints the arguments that `wsdissect` then gets, one line for each call.

python3 type-tab.py SHELL SCRIPT LINE...
SHELL: bash or zsh; SCRIPT: the completion script; in a LINE, \\t is the tab key.
"""
import os, pty, re, select, sys, time

shell, script, *lines = sys.argv[1:]
START = {
    'bash': (['bash', '--norc', '--noprofile', '-i'], ''),
    'zsh': (['zsh', '-f', '-i'], 'autoload -Uz compinit; compinit -D -u; '),
}
args, before = START[shell]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM='dumb', PS1='$ ', INPUTRC='/dev/null')
    os.execvp(args[0], args)

told = ''

def until(mark, seconds=20):
    """Reads on until the pattern is there, behind what was told before."""
    global told
    deadline = time.time() + seconds
    while not re.search(mark, told):
        if time.time() > deadline:
            sys.exit(f'{shell} did not tell {mark!r}: {told!r}')
        if select.select([terminal], [], [], 0.1)[0]:
            told += os.read(terminal, 65536).decode(errors='replace')
    match = re.search(mark, told)
    told = told[match.end():]
    return match

def type_in(text):
    os.write(terminal, text.encode())

type_in(before + f'wsdissect() {{ printf "%s" "ARGS"; printf "<%s>" "$@"; echo END; }}; source {script}; echo REA""DY\n')
until('READY')
for line in lines:
    type_in(line.replace('\\t', '\t') + '\n')
    print(until('ARGS(<.*>)END').group(1).replace('><', '> <'))
type_in('exit\n')
